"""The debate as a Gymnasium environment: one debater against a fixed opponent.

>>> import gymnasium
>>> import pixel_debate.gymnasium
>>> env = gymnasium.make("pixel_debate/Mnist-v0", role="honest", opponent="greedy")
>>> observation, info = env.reset(seed=1)
>>> step = env.step(env.action_space.sample(info["action_mask"]))
"""

from typing import Any, ClassVar, Literal

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces

from pixel_debate._native import Agent, Judge
from pixel_debate.scenes import Observation, RenderMode, Scenes, move, rendered
from pixel_debate.types import AnyDebater, BatchJudge, Role

__all__ = ["DebateEnv"]

ID = "pixel_debate/Mnist-v0"


class DebateEnv(gymnasium.Env[Observation, np.int64]):
    """One debater who reveals pixels in turn with an opponent, and a judge at the end (section 3.1).

    An action is a pixel, ``row * width + column``; ``info["action_mask"]``, the observation's mask and
    ``action_masks()`` say which are legal. An episode is one debate. The reward comes with the verdict: 1 for a
    win and -1 for a loss, or the judge's margin for one's own side; -1 ends the debate with an illegal action.

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
        self._search_judge: Judge | BatchJudge | None = judge if callable(judge) else None
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
        self.debate = self.scenes.draw(random)
        drawn = self.ROLES[int(random.integers(2))]
        self.role: Role = drawn if self._role == "random" else self._role
        opponent = self._opponent
        if isinstance(opponent, str):
            opponent = Agent(opponent, int(random.integers(2**63)))
        elif (forget := getattr(opponent, "reset", None)) is not None:
            forget()
        self._against = opponent
        self._let_opponent_move()
        return self._observe()

    def step(
        self, action: np.int64
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Reveals a pixel; the opponent answers, or the judge does."""
        place = int(action)
        if self.debate.role_to_move != self.role:
            raise gymnasium.error.ResetNeeded("the debate has ended: reset() begins another")
        if not (0 <= place < self.scenes.actions and self.action_masks()[place]):
            seat = self.debate.to_move
            assert seat is not None
            self.debate.forfeit(seat, "illegal_move")
            observation, info = self._observe()
            return observation, -1.0, True, False, {**info, "illegal": True}
        self.debate.apply(self.scenes.pixel(place))
        self._let_opponent_move()
        if self.debate.to_move is not None:
            observation, info = self._observe()
            return observation, 0.0, False, False, info
        self.debate = self.scenes.judged(self.debate)
        outcome = self.scenes.outcome(self.debate)
        honest = self.scenes.honest_reward(outcome)
        observation, info = self._observe()
        info = {**info, "winner": outcome.winner, "margin": outcome.margin}
        return observation, honest if self.role == "honest" else -honest, True, False, info

    def action_masks(self) -> npt.NDArray[np.bool_]:
        """Which actions are legal: what maskable PPO asks for."""
        return self._observe()[0]["action_mask"].astype(bool)

    def render(self) -> npt.NDArray[np.uint8] | str | None:  # pyright: ignore
        """The debate as a picture or in characters, by ``render_mode``."""
        return rendered(self.debate, self.render_mode)

    def _let_opponent_move(self) -> None:
        while self.debate.role_to_move not in (None, self.role):
            self.debate.apply(move(self._against, self.debate, self._search_judge))

    def _observe(self) -> tuple[Observation, dict[str, Any]]:
        own: Literal["first", "second"] = "first" if self.debate.rules.first == self.role else "second"
        observation = self.scenes.observe(self.debate.view(own))
        return observation, {"action_mask": observation["action_mask"], "role": self.role}


gymnasium.register(ID, DebateEnv)  # pyright: ignore[reportUnknownMemberType]
