"""The debate as a Gymnasium environment: one debater against a fixed opponent.

>>> import gymnasium
>>> import pixel_debate.gymnasium
>>> env = gymnasium.make("pixel_debate/Mnist-v0", role="honest", opponent="greedy")
>>> observation, info = env.reset(seed=1)
>>> step = env.step(env.action_space.sample(info["action_mask"]))
"""

from typing import Any, ClassVar, Literal

from pixel_debate._extras import needed

needed("environments", "gymnasium")

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from pixel_debate._native import (
    Agent,
    Debate,
    Error,
    Judge,
    SetupError,
    _asks_judge,  # pyright: ignore[reportPrivateUsage]
    _begin,  # pyright: ignore[reportPrivateUsage]
    _is_asked,  # pyright: ignore[reportPrivateUsage]
)
from pixel_debate.scenes import Observation, RenderMode, Scenes, rendered, reveal, whole
from pixel_debate.types import AnyDebater, BatchJudge, Role

__all__ = ["DebateEnv"]

ID = "pixel_debate/Mnist-v0"


class DebateEnv(gymnasium.Env[Observation, np.int64]):
    """One debater who reveals pixels in turn with an opponent, and a judge at the end (section 3.1).

    An action is a pixel, ``row * width + column``; ``info["action_mask"]``, the observation's mask and
    ``action_masks()`` say which are legal. An episode is one debate. The reward comes with the verdict: 1 for a
    win and -1 for a loss, or the judge's margin for one's own side; -1 ends the debate with an illegal action. At the
    end ``info`` has ``"winner"``, the judge's ``"margin"`` for the honest debater, None where there are no logits, and
    whether the action was ``"illegal"``, as in the PettingZoo environment.

    Parameters
    ----------
    role : {"random", "honest", "liar"}
        Which side the debater is on; drawn for each debate, unless given.
    opponent : str, Agent, callable or object with ``choose``
        Who plays against it.
    search_judge : Judge or callable, optional
        Whom the opponent asks instead of the judge.
    render_mode : {"human", "rgb_array", "ansi"}, optional
        ``render`` prints characters, returns a picture (uint8), or returns characters.
    **options
        As for :class:`pixel_debate.scenes.Scenes`: dataset, judge, rules and rewards.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["human", "rgb_array", "ansi"],
        "render_fps": 2,
    }
    debate: Debate
    role: Role
    _against: AnyDebater
    ROLES: ClassVar[tuple[Role, Role]] = ("honest", "liar")

    def __init__(
        self,
        *,
        role: Literal["random"] | Role = "random",
        opponent: AnyDebater = "random",
        search_judge: Judge | BatchJudge | None = None,
        render_mode: RenderMode | None = None,
        **options: Any,
    ) -> None:
        if role not in ("random", "honest", "liar"):
            raise ValueError(f'role must be "random", "honest" or "liar", not {role!r}')
        self.scenes = Scenes(**options)
        self.render_mode = render_mode
        self._role: Literal["random"] | Role = role
        self._opponent = opponent
        judge = self.scenes.judge if search_judge is None else search_judge
        # A judge that is called and decides as well decides, as everywhere.
        self._search_judge: Judge | BatchJudge | None = judge if _is_asked(judge) else None
        if _asks_judge(opponent) and self._search_judge is None:
            raise Error(
                f"{opponent} asks what the judge would make of other pixels, which one that decides view by view cannot "
                "say: name a search_judge"
            )
        if self.scenes.rules.pixels < 2 and (role == "random" or self.scenes.first != role):
            raise SetupError("of one pixel the second debater has none to reveal: let pixels be 2 or more")
        planes = spaces.Box(0, 255, self.scenes.shape, np.uint8)
        mask = spaces.Box(0, 1, (self.scenes.actions,), np.int8)
        space = spaces.Dict({"observation": planes, "action_mask": mask})
        self.observation_space = space  # type: ignore[assignment]  # pyright: ignore
        self.action_space = spaces.Discrete(self.scenes.actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begins a debate, in which the opponent may have made its first reveal."""
        super().reset(seed=seed)
        random = self.np_random
        debate = self.scenes.draw(random)
        drawn = self.ROLES[int(random.integers(2))]
        role: Role = drawn if self._role == "random" else self._role
        opponent = self._opponent
        if isinstance(opponent, str):
            opponent = Agent(opponent, int(random.integers(2**63)))
        elif not isinstance(opponent, Agent):
            _begin(debate, opponent, "liar" if role == "honest" else "honest")
        debate = self._answered(debate, role, opponent)
        # All at once: the opponent may have raised, and Ctrl-C may come at any moment.
        vars(self).update(debate=debate, role=role, _against=opponent)
        return self._observe(debate)

    def step(
        self, action: np.int64
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Reveals a pixel; the opponent answers, or the judge does.

        An action that is no whole number is a ``ValueError``, and an opponent that raises, or reveals what is not legal,
        a ``PlayerError``, which names it. Where one of them raises, or Ctrl-C stops it while it thinks, nothing has happened, and the step can be repeated.
        """
        place = whole(action)
        if "debate" not in vars(self):
            raise gymnasium.error.ResetNeeded("reset() begins the first debate")
        if self.debate.role_to_move != self.role:
            raise gymnasium.error.ResetNeeded("the debate has ended: reset() begins another")
        if not (0 <= place < self.scenes.actions and self.action_masks()[place]):
            seat = self.debate.to_move
            assert seat is not None
            debate = self.debate.copy()
            debate.forfeit(seat, "illegal_move")
            observation, info = self._observe(debate)
            self.debate = debate
            ended = {"winner": debate.winner, "margin": None, "illegal": True}
            return observation, -1.0, True, False, {**info, **ended}
        debate = self.debate.copy()
        debate.apply(self.scenes.pixel(place))
        debate = self._answered(debate, self.role, self._against)
        if debate.to_move is not None:
            observation, info = self._observe(debate)
            self.debate = debate
            return observation, 0.0, False, False, info
        debate = self.scenes.judged(debate)
        outcome = self.scenes.outcome(debate)
        honest = self.scenes.honest_reward(outcome)
        observation, info = self._observe(debate)
        info = {**info, "winner": outcome.winner, "margin": outcome.margin, "illegal": False}
        self.debate = debate
        return observation, honest if self.role == "honest" else -honest, True, False, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Which actions are legal: what maskable PPO asks for."""
        return self._observe(self.debate)[0]["action_mask"].astype(bool)

    def render(self) -> npt.NDArray[np.uint8] | str | None:  # pyright: ignore
        """The debate as a picture or in characters, by ``render_mode``."""
        return rendered(self.debate, self.render_mode)

    def _answered(self, debate: Debate, role: Role, opponent: AnyDebater) -> Debate:
        """The debate after the opponent's reveals, until it is the turn of ``role``."""
        while debate.role_to_move not in (None, role):
            reveal(opponent, debate, self._search_judge)
        return debate

    def _observe(self, debate: Debate) -> tuple[Observation, dict[str, Any]]:
        own: Literal["first", "second"] = "first" if debate.rules.first == self.role else "second"
        observation = self.scenes.observe(debate.view(own))
        return observation, {"action_mask": observation["action_mask"], "role": self.role}


gymnasium.register(ID, DebateEnv)  # pyright: ignore[reportUnknownMemberType]
