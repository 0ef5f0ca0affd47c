"""A debater by Stable-Baselines3's maskable PPO, in the Gymnasium environment, against a fixed opponent.

    pip install './python[environments]' sb3-contrib
    python python/examples/maskable_ppo.py --steps 100000

What is often met with masked games, wrappers that give one player the other's reward, or a mask that the algorithm never
asks for, does not arise here: every step of the environment is the learner's, its reward is the learner's own, and
`action_masks()` is what `MaskablePPO` looks for. The network matters as much: of 24 planes 20 say nothing but a label,
everywhere the same, so that they are read at one place.
"""

# Neither PyTorch's nor Stable-Baselines3's types are complete.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

import argparse
import math
import pathlib
import time
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pixel_debate.gymnasium  # noqa: F401  # pyright: ignore[reportUnusedImport]  (it registers the environment)
import torch
from gymnasium import spaces
from pixel_debate.scenes import Scenes
from pixel_debate.types import AnyDebater, AnyJudge, Role
from sb3_contrib import MaskablePPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn

PIXELS = 4
TRAINING = 8000
"""Of MNIST's 10,000 test images, which are all that the package has: the debater is evaluated on the others."""
SEED = 1
RATE = 3e-2
ROLES: tuple[Role, Role] = ("honest", "liar")

Estimate = tuple[float, float, float]
"""A rate, or a difference of two, and the ends of its 95 % interval."""


class Features(BaseFeaturesExtractor):
    """The image and the evidence as they are; the role and the claims, of which planes are full, as one number each.

    The latter are handed on as they are too, so that the policy's last layer can learn at once which pixels are good for
    a claim.
    """

    def __init__(self, space: spaces.Dict, hidden: int = 256) -> None:
        planes = space["observation"].shape
        assert planes is not None
        said = 2 * (planes[0] - 4)
        super().__init__(space, hidden + said)
        self.seen = nn.Sequential(nn.Flatten(), nn.Linear(3 * planes[1] * planes[2], hidden))
        self.said = nn.Linear(said, hidden)

    def forward(self, observations: dict[str, torch.Tensor]) -> torch.Tensor:
        # Between 0 and 1 already: Stable-Baselines3 takes bytes of three axes for pictures.
        planes = observations["observation"]
        claims, honest = planes[:, 4:, 0, 0], planes[:, 3:4, 0, 0]
        # Which pixels speak for a claim depends on the role as well: both together are the input.
        said = torch.cat([claims * honest, claims * (1 - honest)], 1)
        return torch.cat([torch.relu(self.seen(planes[:, :3]) + self.said(said)), said], 1)


def softened(margin: Any) -> float:
    """A reward from -1 to 1 of the margin of the judge's logits: what nearly won is better than what was far from it."""
    return math.tanh(margin / 8)


class Trained:
    """A model as a debater, which `pd.play` and `pd.evaluate` take."""

    name = "maskable PPO"

    def __init__(self, model: MaskablePPO) -> None:
        self.model, self.scenes = model, Scenes(pixels=PIXELS, images=[0])

    def choose(self, view: pd.View) -> tuple[int, int]:
        seen = self.scenes.observe(view)
        arrays = {"observation": seen["observation"], "action_mask": seen["action_mask"]}
        action, _ = self.model.predict(arrays, action_masks=seen["action_mask"], deterministic=True)
        return self.scenes.pixel(int(action))


def new_model(
    images: npt.NDArray[np.intp],
    opponent: AnyDebater,
    judge: AnyJudge | None = None,
    envs: int = 32,
) -> MaskablePPO:
    """An untrained one, of either role by chance in every debate."""
    options: dict[str, Any] = {
        "opponent": opponent,
        "pixels": PIXELS,
        "judge": judge or pd.Judge.shipped(PIXELS),
        "images": images.tolist(),
        "reward": "margin",
    }
    env = make_vec_env(
        "pixel_debate/Mnist-v0",
        n_envs=envs,
        seed=SEED,
        env_kwargs=options,
        wrapper_class=gymnasium.wrappers.TransformReward,  # type: ignore[arg-type]
        wrapper_kwargs={"func": softened},
    )
    return MaskablePPO(
        "MultiInputPolicy",
        env,
        # Little can be learned of one debate, and much of many: so few steps, and large ones.
        learning_rate=lambda left: RATE * max(left, 0.1),
        n_steps=64,
        batch_size=64 * envs,
        n_epochs=8,
        gamma=1.0,
        gae_lambda=1.0,
        ent_coef=0.0,
        seed=SEED,
        device="cpu",
        policy_kwargs={"features_extractor_class": Features, "net_arch": []},
    )


def wins(
    mnist: pd.Dataset, role: Role, debater: AnyDebater, rival: AnyDebater, images: list[int]
) -> list[float]:
    """The share of each image's two debates, with either side to begin, that the debater won."""
    honest, liar = (debater, rival) if role == "honest" else (rival, debater)
    evaluation = pd.evaluate(
        mnist,
        pd.Judge.shipped(PIXELS),
        honest=honest,
        liar=liar,
        images=images,
        rules=pd.Rules(PIXELS),
        seed=SEED,
    )
    for failure in evaluation.failures.values():
        raise failure
    won = dict.fromkeys(images, 0.0)
    for image, debate in zip(evaluation.images, evaluation.debates, strict=True):
        won[image] += float(debate.winner == role) / 2
    return list(won.values())


def compare(
    mnist: pd.Dataset, trained: Trained, role: Role, rival: AnyDebater, images: list[int]
) -> tuple[Estimate, Estimate, Estimate]:
    """The trained debater's wins, those of a random one in the same debates, and the difference image by image."""
    own = wins(mnist, role, trained, rival, images)
    other = wins(mnist, role, "random", rival, images)
    # A difference from -1 to 1 is a share from 0 to 1 of twice the width.
    rate, low, high = pd.rate([(1 + one - two) / 2 for one, two in zip(own, other, strict=True)])
    return pd.rate(own), pd.rate(other), (2 * rate - 1, 2 * low - 1, 2 * high - 1)


def percent(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:.1f} % ({low:.1f} to {high:.1f})"


def points(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:+.1f} ({low:+.1f} to {high:+.1f})"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A debater by Stable-Baselines3's maskable PPO.")
    parser.add_argument("--steps", type=int, default=100_000, help="the learner's reveals in training")
    parser.add_argument("--opponent", default="random", help="in training, any agent: random, greedy, mcts:100, ...")
    parser.add_argument("--rivals", nargs="+", default=["random", "greedy"], help="agents to evaluate it against")
    parser.add_argument("--images", type=int, default=200, help="to evaluate it by, 1 to 1900")
    parser.add_argument("--out", type=pathlib.Path, help="a file for the model")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.images <= 1900:
        parser.error(f"--images {chosen.images}: it must be from 1 to 1900")
    if chosen.steps < 1:
        parser.error(f"--steps {chosen.steps}: it must be 1 or more")
    for option, agent in (("opponent", chosen.opponent), *(("rivals", rival) for rival in chosen.rivals)):
        try:
            pd.Agent(agent)
        except pd.Error as error:
            parser.error(f"--{option}: {error}")

    mnist = pd.datasets.load("mnist")
    drawn = np.random.default_rng(SEED).permutation(len(mnist))
    held: list[int] = drawn[TRAINING : TRAINING + chosen.images].tolist()
    model = new_model(drawn[:TRAINING], chosen.opponent)
    trained = Trained(model)

    def show(when: str) -> None:
        for rival in chosen.rivals:
            for role in ROLES:
                own, other, gain = compare(mnist, trained, role, rival, held)
                columns = f"{percent(own):24} {percent(other):24} {points(gain)}"
                print(f"{when:7} {rival:8} {role:7} {columns}", flush=True)

    print(f"wins over {len(held)} images not trained on, 95 % intervals; differences in points")
    print(f"{'':7} {'against':8} {'role':7} {'maskable PPO':24} {'random in its place':24} difference")
    show("before")
    began = time.process_time()
    model.learn(chosen.steps)
    spent = time.process_time() - began
    show("after")
    print(f"{model.num_timesteps} steps of training, {spent:.0f} s of the processors")
    if chosen.out is not None:
        model.save(chosen.out)


if __name__ == "__main__":
    main()
