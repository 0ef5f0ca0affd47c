"""What goes wrong between a client and a server."""

from pixel_debate._native import Error

__all__ = ["ClientError", "Closed", "ProtocolError", "Refused", "Unreachable"]


class ClientError(Error):
    """What all errors of the client are."""


class Refused(ClientError):
    """The server has not done what it was asked for, and nothing has changed.

    Attributes
    ----------
    code : str
        The kind of fault, one of those in docs/protocol.md, as ``"illegal"`` or ``"wrong_token"``.
    message : str
        What is wrong.
    expected : str
        What would have been right.
    debate : str or None
        Which debate it is about.
    retry_s : float or None
        In how many seconds another try can succeed, where the server knows.
    """

    def __init__(
        self,
        code: str,
        message: str,
        expected: str,
        debate: str | None = None,
        retry_s: float | None = None,
    ) -> None:
        super().__init__(code, message, expected, debate, retry_s)
        self.code = code
        self.message = message
        self.expected = expected
        self.debate = debate
        self.retry_s = retry_s

    def __str__(self) -> str:
        return f"{self.message}; expected {self.expected}"


class Closed(ClientError):
    """The server says no more of a debate, which has no outcome for this client.

    Attributes
    ----------
    debate : str
        Which debate.
    reason : str
        Why: ``"absent"``, ``"no_verdict"``, ``"seat_taken"``, ``"ended"``, ``"cancelled"``, ``"over"`` or
        ``"fault"``, as docs/protocol.md says.
    """

    def __init__(self, debate: str, reason: str) -> None:
        super().__init__(debate, reason)
        self.debate = debate
        self.reason = reason

    def __str__(self) -> str:
        return f"the server has closed the debate {self.debate}: {self.reason}"


class Unreachable(ClientError):
    """There was no connection, or no answer, for as long as the client waits."""


class ProtocolError(ClientError):
    """What answers speaks another version of the protocol, or is no server of Pixel Debate."""
