"""Thousands of debates stepped by one call, as Gymnasium's vector environments.

>>> from pixel_debate.vector import DebateVectorEnv
>>> env = DebateVectorEnv(1024, pixels=4)
>>> observations, infos = env.reset(seed=1)
>>> actions = env.sample(observations)
>>> observations, rewards, terminations, truncations, infos = env.step(actions)
"""

import operator
from collections.abc import Callable
from typing import Any, Literal, TypeAlias, TypedDict

from pixel_debate._extras import needed

needed("environments", "gymnasium")

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from pixel_debate._native import (
    Debates,
    Judge,
    PlayerError,
    SetupError,
    _is_asked,  # pyright: ignore[reportPrivateUsage]
)
from pixel_debate.scenes import BASE, CLASSES, Scenes

__all__ = ["BatchPolicy", "DebateVectorEnv", "Observations", "planes"]


ENVS = 1 << 16
"""The most debates that are stepped at once."""


class Observations(TypedDict):
    """What those see who are to move, a row a debate: see :class:`DebateVectorEnv`."""

    image: npt.NDArray[np.uint8]
    evidence: npt.NDArray[np.uint8]
    role: npt.NDArray[np.int64]
    own_claim: npt.NDArray[np.int64]
    rival_claim: npt.NDArray[np.int64]
    action_mask: npt.NDArray[np.int8]


BatchPolicy: TypeAlias = Callable[[Observations], npt.NDArray[np.int64]]
"""What reveals a pixel in each of many debates: observations to actions, int64 of shape ``(n,)``."""

Infos: TypeAlias = dict[str, Any]


class _Ended(TypedDict):
    """What came of the debates that ended in a step, a row a debate."""

    honest_reward: npt.NDArray[np.float32]
    illegal: npt.NDArray[np.bool_]
    ended: npt.NDArray[np.bool_]


Stepped: TypeAlias = tuple[
    Observations, npt.NDArray[np.float32], npt.NDArray[np.bool_], npt.NDArray[np.bool_], Infos
]


class DebateVectorEnv(gymnasium.vector.VectorEnv[Any, Any, Any]):  # type: ignore[misc,unused-ignore]
    """Many debates by the same rules, stepped in Rust (section 3.1); what has ended begins anew in the same step.

    Without an opponent the policy plays both sides: each row is seen by who is to move in that debate, and the
    reward of a step is that of who has moved; the other's is the opposite. With an opponent each row is the
    learner's, who sits first or second.

    An observation is a dictionary of arrays, a row a debate:

    =============== ========================== ===================================================
    ``image``       uint8, (n, height, width)  the image
    ``evidence``    uint8, (n, height, width)  1 where it has revealed a pixel itself, 2 where its rival has
    ``role``        int64, (n,)                1 for the honest debater, 0 for the liar
    ``own_claim``   int64, (n,)                the label that it claims; 10, or how many classes there are, for none
    ``rival_claim`` int64, (n,)                the label that its rival claims; likewise
    ``action_mask`` int8, (n, height * width)  1 where the pixel may be revealed
    =============== ========================== ===================================================

    :meth:`planes` makes planes of it, as the other environments have them. An action is a pixel, ``row * width +
    column``; who reveals one that is not legal has lost. Rewards come with the verdict: 1 and -1, or by ``reward`` the
    margin of the judge's logits. ``infos`` of a step in which debates ended has ``"final_info"``: ``"honest_reward"``,
    float32, and ``"illegal"``, bool, where ``"_final_info"`` is true. No debate is truncated, and final observations,
    which nothing can be learnt from then, are not given.

    In a step a debate gives at most one reward. An opponent that reveals a pixel that is not legal is an error of the
    opponent's, and nothing that the learner should get a reward for: a ``PlayerError``.

    Where the judge or the opponent raises, or Ctrl-C ends a step or a reset in its middle, the debates stand nobody
    knows how: then ``reset`` has to begin them anew, and ``step`` raises ``gymnasium.error.ResetNeeded`` before. Actions
    that are refused change nothing. An environment pickles between two steps, if its judge and its opponent do, and goes
    on as it would have.

    Parameters
    ----------
    num_envs : int
        How many debates, 1 to 65,536: spaces and observations take some ten kilobytes each. About images larger than
        28 x 28 there may be fewer, by as much as these have more pixels.
    opponent : callable, optional
        Who plays the other side: a function of observations, as :data:`BatchPolicy`; ``"random"`` for any legal pixel.
    seat : {"random", "first", "second"}
        Where the learner sits, if there is an opponent; drawn for each debate, unless given.
    **options
        As for :class:`pixel_debate.scenes.Scenes`: dataset, judge, rules and rewards. The judge is one of the package,
        or a callable of a batch, which is asked about all debates that end in a step at once.

    Raises
    ------
    ValueError
        If an option is none of those that it may be, or with an opponent one of both has no pixel to reveal.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "autoreset_mode": AutoresetMode.SAME_STEP,
        "render_modes": [],
    }

    def __init__(
        self,
        num_envs: int,
        *,
        opponent: BatchPolicy | Literal["random"] | None = None,
        seat: Literal["random", "first", "second"] = "random",
        **options: Any,
    ) -> None:
        if seat not in ("random", "first", "second"):
            raise ValueError(f'seat must be "random", "first" or "second", not {seat!r}')
        if not 1 <= operator.index(num_envs) <= ENVS:
            raise ValueError(f"num_envs must be a whole number from 1 to {ENVS}, not {num_envs}")
        if not (opponent is None or opponent == "random" or callable(opponent)):
            raise ValueError(f'opponent must be None, "random" or a function of observations, not {opponent!r}')
        self.scenes = Scenes(**options)
        if opponent is not None and seat != "first" and self.scenes.rules.pixels < 2:
            raise SetupError(
                'of one pixel the second debater has none to reveal: let pixels be 2 or more, or seat "first"'
            )
        self.num_envs = num_envs
        self._seat = seat
        self._opponent: BatchPolicy | None = self.sample if opponent == "random" else opponent
        judge = self.scenes.judge
        if not _is_asked(judge):
            raise SetupError("the judge of many debates must be one of the package or a callable of a batch")
        self._ask = None if isinstance(judge, Judge) else judge
        self._debates = Debates(
            self.scenes.dataset,
            judge if isinstance(judge, Judge) else None,
            self.scenes.rules,
            None if self.scenes.first == "random" else self.scenes.first,
            self.scenes.images.astype(np.int64),
            num_envs,
            self.scenes.reward == "margin",
            0,
        )
        _, height, width = self.scenes.shape
        self.single_observation_space = spaces.Dict(
            {
                "image": spaces.Box(0, 255, (height, width), np.uint8),
                "evidence": spaces.Box(0, 2, (height, width), np.uint8),
                "role": spaces.Discrete(2),
                "own_claim": spaces.Discrete(self.scenes.classes + 1),
                "rival_claim": spaces.Discrete(self.scenes.classes + 1),
                "action_mask": spaces.Box(0, 1, (height * width,), np.int8),
            }
        )
        self.single_action_space = spaces.Discrete(self.scenes.actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._random = np.random.default_rng()
        self._learners = self._seats(num_envs)
        self._is_sound = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, Infos]:
        """Begins all debates; with a seed, they and all that come after are the same whenever it is the same."""
        self._is_sound = False
        if seed is not None:
            self._random = np.random.default_rng(seed)
        self._debates.reset(None if seed is None else int(self._random.integers(2**63)))
        self._learners = self._seats(self.num_envs)
        # Who has not begun has not lost.
        nothing = np.zeros(self.num_envs, np.float32)
        nowhere = np.zeros(self.num_envs, np.bool_)
        end: _Ended = {"honest_reward": nothing, "illegal": nowhere, "ended": nowhere.copy()}
        self._answer(nothing.copy(), end)
        seen = self.observe()
        self._is_sound = True
        return seen, {}

    def step(self, actions: npt.ArrayLike) -> Stepped:
        """Reveals a pixel in each debate; the opponent answers, or the judge does.

        Parameters
        ----------
        actions : numpy.ndarray of integers, shape (n,)
            A pixel for each debate, ``row * width + column``.

        Raises
        ------
        ValueError
            If they are no such array. Nothing has happened.
        gymnasium.error.ResetNeeded
            If ``reset`` was not called, or something was broken off since.
        PlayerError
            If the judge or the opponent answers what is no answer.
        """
        if not self._is_sound:
            raise gymnasium.error.ResetNeeded("reset() begins all debates anew: the last step was broken off, or none was begun")
        chosen = self._chosen("actions", actions)
        self._is_sound = False
        everywhere = np.ones(self.num_envs, np.bool_)
        rewards, ended, honest, illegal = self._debates.step(chosen, everywhere, self._ask)
        end: _Ended = {"honest_reward": honest, "illegal": illegal, "ended": ended}
        if self._opponent is not None:
            self._learners[ended] = self._seats(int(ended.sum()))
            self._answer(rewards, end)
        infos: Infos = {}
        if end["ended"].any():
            final = {"honest_reward": end["honest_reward"], "illegal": end["illegal"]}
            infos = {"final_info": final, "_final_info": end["ended"]}
        stepped = self.observe(), rewards, end["ended"], np.zeros(self.num_envs, np.bool_), infos
        self._is_sound = True
        return stepped

    def observe(self) -> Observations:
        """What those see who are to move."""
        image, evidence, role, own, rival, mask = self._debates.observe()
        return {
            "image": image,
            "evidence": evidence,
            "role": role,
            "own_claim": own,
            "rival_claim": rival,
            "action_mask": mask,
        }

    def planes(self, observations: Observations) -> npt.NDArray[np.uint8]:
        """Observations of this environment as planes, as the other environments have them.

        Parameters
        ----------
        observations : Observations

        Returns
        -------
        numpy.ndarray of uint8, shape (n, 24, height, width)
            Of n classes there are 4 + 2 n planes.

        See Also
        --------
        pixel_debate.scenes.Scenes.observe : says what each plane is.
        """
        return planes(observations, self.scenes.classes)

    def sample(self, observations: Observations) -> npt.NDArray[np.int64]:
        """A legal action in each debate, uniformly random, by the environment's own numbers."""
        mask = observations["action_mask"]
        # The greatest of uniform numbers among the legal ones.
        numbers = self._random.random(mask.shape, np.float32)
        return np.asarray(np.where(mask == 1, numbers, -1.0).argmax(1), np.int64)

    def _chosen(self, what: str, actions: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Actions as the debates take them. What int64 has not is no pixel in any case."""
        chosen = np.asanyarray(actions)
        have = f"{chosen.dtype} of shape {chosen.shape}"
        if isinstance(chosen, np.ma.MaskedArray):
            have = "a masked array, of which some is hidden"
        elif chosen.shape == (self.num_envs,) and chosen.dtype.kind in "iu":
            return np.asarray(chosen, np.int64)
        raise ValueError(f"{what} must be whole numbers, an array of int64 and shape ({self.num_envs},), not {have}")

    def _seats(self, count: int) -> npt.NDArray[np.int64]:
        if self._seat == "random":
            return self._random.integers(2, size=count)
        return np.full(count, int(self._seat == "second"), np.int64)

    def _answer(self, rewards: npt.NDArray[np.float32], end: _Ended) -> None:
        """Has the opponent move until it is the learner's turn everywhere."""
        if self._opponent is None:
            return
        while (waiting := self._debates.to_move() != self._learners).any():
            answered = self._opponent(self.observe())
            try:
                answers = self._chosen("the opponent's answers", answered)
            except ValueError as error:
                raise PlayerError(f"many debates: {error}") from error
            got, ended, honest, illegal = self._debates.step(answers, waiting, self._ask)
            if illegal.any():
                debate = int(illegal.argmax())
                raise PlayerError(
                    f"many debates: the opponent has answered {answers[debate]} in debate {debate}, where its action_mask "
                    "has no 1: that is no legal reveal"
                )
            rewards -= got
            end["honest_reward"][ended] = honest[ended]
            end["ended"] |= ended
            self._learners[ended] = self._seats(int(ended.sum()))


def planes(observations: Observations, classes: int) -> npt.NDArray[np.uint8]:
    """Observations as planes: :meth:`DebateVectorEnv.planes` of an environment that is not at hand.

    Parameters
    ----------
    observations : Observations
    classes : int
        How many classes their environment has, ``env.scenes.classes``, which they do not say.

    Returns
    -------
    numpy.ndarray of uint8, shape (n, 4 + 2 * classes, height, width)

    Raises
    ------
    ValueError
        If there are claims that debates of so many classes cannot have.
    """
    classes = operator.index(classes)
    if not 2 <= classes <= CLASSES:
        raise ValueError(f"classes must be a whole number from 2 to {CLASSES}, not {classes}")
    image, evidence = observations["image"], observations["evidence"]
    # The honest debater claims a label in any case.
    is_honest = observations["role"] == 1
    for of, claims, most in (
        ("own_claim", observations["own_claim"], classes - is_honest.astype(np.int64)),
        ("rival_claim", observations["rival_claim"], classes - 1 + is_honest.astype(np.int64)),
    ):
        wrong = (claims < 0) | (claims > most)
        if wrong.any():
            row = int(wrong.argmax())
            raise ValueError(
                f"{of} is {claims[row]} in row {row}, which cannot be with {classes} classes: the observations are of an "
                "environment that has another number of them"
            )
    made = np.zeros((len(image), BASE + 2 * classes, *image.shape[1:]), np.uint8)
    made[:, 0] = image
    made[:, 1] = np.where(evidence == 1, 255, 0)
    made[:, 2] = np.where(evidence == 2, 255, 0)
    made[:, 3] = np.where(is_honest, 255, 0)[:, None, None]
    for start, claims in (
        (BASE, observations["own_claim"]),
        (BASE + classes, observations["rival_claim"]),
    ):
        rows = np.flatnonzero(claims < classes)
        made[rows, start + claims[rows]] = 255
    return made
