"""The debate as a PettingZoo environment, for two debaters who take turns.

>>> import pettingzoo
>>> import pixel_debate.pettingzoo
>>> env = pettingzoo.make("aec", "pixel_debate/mnist-v0", pixels=4)
>>> env.reset(seed=1)
>>> observation, reward, termination, truncation, info = env.last()
>>> env.step(env.action_space(env.agent_selection).sample(observation["action_mask"]))
"""

from typing import Any, Literal

from pixel_debate._extras import needed

needed("environments", "gymnasium", "pettingzoo")

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from pettingzoo import AECEnv, register
from pettingzoo.utils import wrappers

from pixel_debate._native import Debate
from pixel_debate.scenes import Observation, RenderMode, Scenes, rendered, whole

__all__ = ["env", "raw_env"]

ID = "pixel_debate/mnist-v0"
AGENTS = ("debater_0", "debater_1")


class raw_env(AECEnv[str, Observation, int]):  # noqa: N801
    """Two debaters who reveal pixels in turn, and a judge at the end (section 3.1).

    ``debater_0`` makes the first reveal; which of the two is honest is drawn with each debate and is plane 3 of
    its observation. An action is a pixel, ``row * width + column``. What the debaters see, to the last
    plane, is in :meth:`pixel_debate.scenes.Scenes.observe`.

    Rewards come with the verdict and sum to 0: 1 for the winner, or the judge's margin. Who reveals a pixel
    that is not legal has lost, by -1 to 1, so that no wrapper is needed to be safe; ``infos`` then says
    ``"illegal": True``. Who has won is in ``infos`` as ``"winner"``, with the ``"margin"`` of the judge's
    logits for the honest debater.

    Parameters
    ----------
    render_mode : {"human", "rgb_array", "ansi"}, optional
        ``render`` prints characters, returns a picture (uint8), or returns characters.
    **options
        As for :class:`pixel_debate.scenes.Scenes`: dataset, judge, rules and rewards.
    """

    debate: Debate
    metadata: dict[str, Any] = {  # noqa: RUF012
        "name": "pixel_debate_mnist_v0",
        "render_modes": ["human", "rgb_array", "ansi"],
        "render_fps": 2,
        "is_parallelizable": False,
    }

    def __init__(self, render_mode: RenderMode | None = None, **options: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.render_mode = render_mode
        self.scenes = Scenes(**options)
        self.possible_agents = list(AGENTS)
        self.agents = []
        planes = spaces.Box(0, 255, self.scenes.shape, np.uint8)
        mask = spaces.Box(0, 1, (self.scenes.actions,), np.int8)
        self._observations = {
            agent: spaces.Dict({"observation": planes, "action_mask": mask}) for agent in AGENTS
        }
        self._actions = {agent: spaces.Discrete(self.scenes.actions) for agent in AGENTS}
        self._random = np.random.default_rng()

    def observation_space(self, agent: str) -> spaces.Dict:  # type: ignore[override]  # pyright: ignore
        """What ``agent`` sees: ``observation`` and ``action_mask``."""
        return self._observations[agent]

    def action_space(self, agent: str) -> spaces.Discrete:  # type: ignore[override]  # pyright: ignore
        """What ``agent`` may do."""
        return self._actions[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begins a debate; with a seed, the debates from here on are always the same."""
        if seed is not None:
            self._random = np.random.default_rng(seed)
        debate = self.scenes.draw(self._random)
        vars(self).update(
            debate=debate,
            agents=list(AGENTS),
            rewards=dict.fromkeys(AGENTS, 0.0),
            _cumulative_rewards=dict.fromkeys(AGENTS, 0.0),
            terminations=dict.fromkeys(AGENTS, False),
            truncations=dict.fromkeys(AGENTS, False),
            infos={agent: {} for agent in AGENTS},
            agent_selection=AGENTS[0],
        )

    def observe(self, agent: str) -> Observation:
        """What ``agent`` sees now."""
        return self.scenes.observe(self.debate.view(self._seat(agent)))

    def step(self, action: int | None) -> None:
        """Reveals a pixel for the debater to move; the judge answers after the last.

        Where the judge raises, or Ctrl-C stops it while it thinks, nothing has happened, and the step can be repeated.
        """
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)  # type: ignore[arg-type]  # pyright: ignore
            return
        place = -1 if action is None else whole(action)
        legal = self.observe(agent)["action_mask"]
        debate = self.debate.copy()
        rewards = dict.fromkeys(AGENTS, 0.0)
        info: dict[str, Any] | None = None
        if not (0 <= place < len(legal) and legal[place]):
            debate.forfeit(self._seat(agent), "illegal_move")
            info = {"winner": debate.winner, "margin": None, "illegal": True}
            rewards = {other: -1.0 if other == agent else 1.0 for other in AGENTS}
        else:
            debate.apply(self.scenes.pixel(place))
            if debate.to_move is None:
                debate = self.scenes.judged(debate)
                outcome = self.scenes.outcome(debate)
                info = {"winner": outcome.winner, "margin": outcome.margin, "illegal": False}
                honest = self.scenes.honest_reward(outcome)
                first = honest if debate.rules.first == "honest" else -honest
                rewards = {AGENTS[0]: first, AGENTS[1]: -first}
        before = self._cumulative_rewards | {agent: 0.0}
        to_move = debate.to_move
        # All at once: Ctrl-C may come at any moment.
        vars(self).update(
            debate=debate,
            rewards=rewards,
            _cumulative_rewards={other: before[other] + rewards[other] for other in AGENTS},
            terminations=dict.fromkeys(AGENTS, info is not None),
            infos={other: dict(info or {}) for other in AGENTS},
            agent_selection=AGENTS[to_move == "second"] if to_move else AGENTS[agent == AGENTS[0]],
        )
        self._deads_step_first()
        if self.render_mode == "human":
            self.render()

    def render(self) -> npt.NDArray[np.uint8] | str | None:  # pyright: ignore
        """The debate as a picture or in characters, by ``render_mode``."""
        return rendered(self.debate, self.render_mode)

    def close(self) -> None:
        """Nothing is held open."""

    def _seat(self, agent: str) -> Literal["first", "second"]:
        return "first" if agent == AGENTS[0] else "second"


def env(render_mode: RenderMode | None = None, **options: Any) -> AECEnv[str, Observation, int]:
    """The environment in the usual wrappers: actions out of bounds and calls out of order are errors.

    Parameters
    ----------
    render_mode, **options
        As for :class:`raw_env`.
    """
    debate: AECEnv[str, Observation, int] = raw_env(render_mode, **options)
    debate = wrappers.AssertOutOfBoundsWrapper(debate)
    return wrappers.OrderEnforcingWrapper(debate)


register("aec", ID, env)
