"""A server's client: it debates, judges and watches, and outlives lost connections.

>>> from pixel_debate import client
>>> class Dim(client.Player):
...     def choose(self, view):
...         return min(view.legal_moves.tolist(), key=lambda pixel: view.image[pixel[1], pixel[0]])
>>> server = client.Server("http://127.0.0.1:8080")
>>> debate = server.create(liar="outside:Dim")                                    # doctest: +SKIP
>>> server.play(Dim(), debate.name, debate.liar).winner                           # doctest: +SKIP
'honest'

It needs the package `websockets`: ``pip install 'pixel-debate[client]'``.
"""

from pixel_debate._extras import needed

needed("client", "websockets")

from pixel_debate.client.errors import ClientError, Closed, ProtocolError, Refused, Unreachable
from pixel_debate.client.events import Event, Kind, Turn
from pixel_debate.client.players import AnyPlayer, Player, Verdict
from pixel_debate.client.seat import Seat
from pixel_debate.client.server import Created, Panel, Recorded, Server, Setup, new_judge_key

__all__ = [
    "AnyPlayer",
    "ClientError",
    "Closed",
    "Created",
    "Event",
    "Kind",
    "Panel",
    "Player",
    "ProtocolError",
    "Recorded",
    "Refused",
    "Seat",
    "Server",
    "Setup",
    "Turn",
    "Unreachable",
    "Verdict",
    "new_judge_key",
]
