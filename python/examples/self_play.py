"""A debater that learns from debates with itself: PPO on the CPU, in one file, in the manner of CleanRL.

    pip install './python[environments]' torch matplotlib
    python python/examples/self_play.py --seconds 600 --threads 1 --out self-play

One network plays both sides of a thousand debates at a time. A debate's outcome is a gain for one side and as great a
loss for the other, so that the value of a position to its mover is the opposite of the next position's to its own; the
advantages are computed by that. The package has MNIST's 10,000 test images: 8,000 of them are for training, and what
is told of the debater is of the others.

Into the folder go `debater.pt`, `curve.csv` and `curve.png` (wins by training time), and `results.json` (wins against
random, greedy, a tree search and optimal play, and the regret). `Learned.load("self-play/debater.pt")` is a debater
that `pd.play` and `pd.evaluate` take.
"""

# PyTorch's and matplotlib's types have gaps.
# pyright: reportUnknownMemberType=false

import argparse
import csv
import json
import pathlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import torch
from matplotlib.figure import Figure
from pixel_debate.types import AnyDebater, Role
from pixel_debate.vector import DebateVectorEnv, Observations
from torch import nn

CLAIMS = 11
"""Labels, and one for no claim."""
TRAINING = 8000
CURVE = 50
"""Images, of those not trained on, by which the curve is drawn."""
ROLES: tuple[Role, Role] = ("honest", "liar")

MARGIN = 4.0
"""The margin of the judge's logits that counts as three quarters of a win."""
GAE = 0.95
CLIP = 0.2
EPOCHS = 3
BATCH = 1024
RATE = 2e-3
ENTROPY = 0.01
VALUE = 0.5
NORM = 0.5

Estimate: TypeAlias = tuple[float, float, float]
"""A rate, or a difference of two, and the ends of its 95 % interval."""
Batch: TypeAlias = dict[str, torch.Tensor]


class Network(nn.Module):
    """A logit for each pixel, and the value of the position to whoever is to move.

    What speaks for a label and against another is mostly a matter of the place. So there is a learned plane of logits
    for each claim of either side, by role; what the image and the evidence add to that goes through a convolution of
    patches and two layers, which a processor computes fast.
    """

    def __init__(self, height: int = 28, width: int = 28, channels: int = 32, hidden: int = 256) -> None:
        super().__init__()
        pixels = height * width
        # For either role: what the mover claims, and what its rival does.
        self.own = nn.Embedding(2 * CLAIMS, pixels + hidden)
        self.rival = nn.Embedding(2 * CLAIMS, pixels + hidden)
        for planes in (self.own, self.rival):
            nn.init.normal_(planes.weight, std=0.1)
        self.patches = nn.Sequential(
            nn.Conv2d(3, channels, 4, stride=4),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(channels * (height // 4) * (width // 4), hidden),
        )
        self.body = nn.Sequential(nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.pixel = nn.Linear(hidden, pixels)
        self.value = nn.Linear(hidden, 1)
        for layer in (self.pixel, self.value):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, seen: Batch) -> tuple[torch.distributions.Categorical, torch.Tensor]:
        role = seen["role"] * CLAIMS
        claims = self.own(role + seen["own_claim"]) + self.rival(role + seen["rival_claim"])
        evidence = seen["evidence"]
        shown = torch.stack([seen["image"] / 255, evidence == 1, evidence == 2], 1)
        plane, context = claims.split([self.pixel.out_features, self.value.in_features], 1)
        body = self.body(self.patches(shown) + context)
        # What is not legal is never drawn.
        logits = torch.where(seen["action_mask"] == 1, self.pixel(body) + plane, -1e9)
        policy = torch.distributions.Categorical(logits=logits, validate_args=False)
        return policy, self.value(body).squeeze(1)


def tensors(seen: Observations) -> Batch:
    arrays: dict[str, npt.NDArray[Any]] = {**seen}  # type: ignore[dict-item]
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


class Learned:
    """A trained network as a debater: the pixel that it thinks best."""

    name = "learned"

    def __init__(self, network: Network) -> None:
        self.network = network.eval()

    @classmethod
    def load(cls, path: str | pathlib.Path) -> "Learned":
        network = Network()
        network.load_state_dict(torch.load(path, weights_only=True))
        return cls(network)

    def choose(self, view: pd.View) -> tuple[int, int]:
        assert view.image is not None and view.own_claim is not None and view.rival_claim is not None
        width = view.image.shape[1]
        evidence, mask = np.zeros_like(view.image), np.zeros(view.image.size, np.int8)
        for by, (column, row), _ in view.evidence:
            evidence[row, column] = 1 if by == view.seat else 2
        legal = view.legal_moves.astype(int)
        mask[legal[:, 1] * width + legal[:, 0]] = 1
        seen: Observations = {
            "image": view.image[None].copy(),
            "evidence": evidence[None],
            "role": np.array([view.role == "honest"], np.int64),
            "own_claim": np.array([view.own_claim]),
            "rival_claim": np.array([view.rival_claim]),
            "action_mask": mask[None],
        }
        with torch.inference_mode():
            policy, _ = self.network(tensors(seen))
        row, column = divmod(int(policy.probs.argmax()), width)
        return column, row


def advantages(reward: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """How much better each move was than the value of its position, to its mover.

    Parameters
    ----------
    reward : torch.Tensor, shape (n,)
        What the last mover of each debate got.
    values : torch.Tensor, shape (pixels, n)
        The positions' values, each to its mover, in turn.
    """
    gained = torch.zeros_like(values)
    after = gain = torch.zeros_like(reward)
    for step in reversed(range(len(values))):
        got = reward if step == len(values) - 1 else torch.zeros_like(reward)
        # What comes after is the rival's, whose gain is the mover's loss.
        gain = got - after - values[step] - GAE * gain
        gained[step], after = gain, values[step]
    return gained


def batches(rows: int) -> Iterator[torch.Tensor]:
    """The numbers of all rows, in a random order and in parts."""
    order = torch.randperm(rows)
    for start in range(0, rows, BATCH):
        yield order[start : start + BATCH]


class Trainer:
    """The environment, the network, and one round of PPO after the other."""

    def __init__(self, images: npt.NDArray[np.intp], *, pixels: int, envs: int, seed: int) -> None:
        torch.manual_seed(seed)
        judge = pd.Judge.shipped(pixels)
        self.env = DebateVectorEnv(envs, pixels=pixels, judge=judge, images=images.tolist(), reward="margin")
        self.seen, _ = self.env.reset(seed=seed)
        self.network = Network()
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=RATE, eps=1e-5)
        self.pixels = pixels

    def round(self, left: float) -> dict[str, float]:
        """One debate in each row of the environment, and what is to be learned of them.

        Parameters
        ----------
        left : float
            The part of the training that is left, 1 to 0, by which the learning rate falls.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = RATE * max(left, 0.02)
        steps: list[Batch] = []
        reward = torch.zeros(self.env.num_envs)
        for step in range(self.pixels):
            seen = tensors(self.seen)
            with torch.no_grad():
                policy, value = self.network(seen)
                action = policy.sample()
                steps.append({**seen, "action": action, "value": value, "logged": policy.log_prob(action)})
            self.seen, rewards, ended, _, _ = self.env.step(action.numpy())
            # All begin together and all moves are legal, so all end together.
            assert ended.all() == (step == self.pixels - 1)
            # How the debate ended, and by how much: what nearly won is better than what was far from it.
            reward = torch.from_numpy(rewards / MARGIN).tanh()
        gained = advantages(reward, torch.stack([step["value"] for step in steps]))
        data = {name: torch.cat([step[name] for step in steps]) for name in steps[0]}
        data["gained"] = gained.flatten()
        data["wanted"] = data["gained"] + data["value"]
        losses = [
            self.learn({name: part[rows] for name, part in data.items()})
            for _ in range(EPOCHS)
            for rows in batches(len(data["gained"]))
        ]
        return {name: float(np.mean([loss[name] for loss in losses])) for name in losses[0]}

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step of PPO's clipped objective."""
        policy, value = self.network(batch)
        ratio = (policy.log_prob(batch["action"]) - batch["logged"]).exp()
        gained = batch["gained"]
        gained = (gained - gained.mean()) / (gained.std() + 1e-8)
        move = -torch.minimum(ratio * gained, ratio.clamp(1 - CLIP, 1 + CLIP) * gained).mean()
        error = nn.functional.mse_loss(value, batch["wanted"])
        entropy = policy.entropy().mean()
        self.optimizer.zero_grad()
        (move + VALUE * error - ENTROPY * entropy).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), NORM)
        self.optimizer.step()
        return {"value error": float(error.detach()), "entropy": float(entropy.detach())}


class Ground:
    """The held-out images, and the debates about them."""

    def __init__(self, mnist: pd.Dataset, pixels: int, seed: int) -> None:
        self.mnist, self.seed = mnist, seed
        self.judge, self.rules = pd.Judge.shipped(pixels), pd.Rules(pixels)

    def debates(self, role: Role, debater: AnyDebater, rival: AnyDebater, images: list[int]) -> pd.Evaluation:
        """Of each image two debates, with either side to begin."""
        sides: dict[str, AnyDebater] = (
            {"honest": debater, "liar": rival} if role == "honest" else {"honest": rival, "liar": debater}
        )
        evaluation = pd.evaluate(
            self.mnist, self.judge, **sides, images=images, rules=self.rules, seed=self.seed  # type: ignore[arg-type]
        )
        for failure in evaluation.failures.values():
            raise failure
        return evaluation

    def wins(self, role: Role, debater: AnyDebater, rival: AnyDebater, images: list[int]) -> list[float]:
        """The share of each image's debates that the debater won."""
        won = dict.fromkeys(images, 0.0)
        evaluation = self.debates(role, debater, rival, images)
        for image, debate in zip(evaluation.images, evaluation.debates, strict=True):
            won[image] += float(debate.winner == role) / 2
        return list(won.values())


@dataclass(frozen=True)
class Against:
    """How a debater fares against another, and how the random one does in its place.

    Attributes
    ----------
    rival : str
    role : {"honest", "liar"}
        The debater's.
    images : int
        Images, of two debates each, which are the intervals' independent units.
    learned, random : Estimate
        How often the learned debater wins, and the random one in the same debates.
    gain : Estimate
        The difference, image by image.
    """

    rival: str
    role: Role
    images: int
    learned: Estimate
    random: Estimate
    gain: Estimate


def against(ground: Ground, learned: Learned, rival: str, role: Role, images: list[int]) -> Against:
    own = ground.wins(role, learned, rival, images)
    other = ground.wins(role, "random", rival, images)
    # A difference from -1 to 1 is a share from 0 to 1 of twice the width.
    rate, low, high = pd.rate([(1 + one - two) / 2 for one, two in zip(own, other, strict=True)])
    gain = (2 * rate - 1, 2 * low - 1, 2 * high - 1)
    return Against(rival, role, len(images), pd.rate(own), pd.rate(other), gain)


@dataclass
class Regret:
    """What became of a debater's moves in debates with greedy, by what is proven of optimal play.

    Attributes
    ----------
    kept, thrown : int
        Moves from won positions that kept the win, and that threw it away.
    lost : int
        Moves from positions that were lost already.
    undecided : int
        Moves of which that was not proven in time.
    rate : Estimate or None
        The share of those thrown away among the kept and the thrown, with the image as the interval's unit.
    """

    debater: str
    role: Role
    kept: int = 0
    thrown: int = 0
    lost: int = 0
    undecided: int = 0
    rate: Estimate | None = None


def regret(
    ground: Ground, name: str, debater: AnyDebater, role: Role, images: list[int], seconds: float
) -> Regret:
    found = Regret(name, role)
    evaluation = ground.debates(role, debater, "greedy", images)
    by_image: dict[int, list[bool]] = {}
    for image, played in zip(evaluation.images, evaluation.debates, strict=True):
        debate = pd.Debate.of(played.rules, ground.mnist, image, played.lie)
        for _, pixel, _ in played.evidence:
            if debate.role_to_move == role:
                best = pd.optimal(debate, ground.judge, seconds=seconds)
                if best.winner is None or (best.winner == role and pixel in best.open):
                    found.undecided += 1
                elif best.winner != role:
                    found.lost += 1
                else:
                    by_image.setdefault(image, []).append(pixel not in best.reveals)
            debate.apply(pixel)
    moves = [thrown for image in by_image.values() for thrown in image]
    found.thrown, found.kept = sum(moves), len(moves) - sum(moves)
    if moves:
        found.rate = pd.rate([sum(image) / len(image) for image in by_image.values()])
    return found


@dataclass(frozen=True)
class Point:
    """A point of the curve: what a role's wins were after some training."""

    seconds: float
    moves: int
    role: Role
    rival: str
    rate: float
    low: float
    high: float


def train(
    trainer: Trainer,
    done: Callable[[float, int], float],
    points: int,
    look: Callable[[float, int], None],
) -> float:
    """Trains until that is done, and looks now and then, at even distances.

    Parameters
    ----------
    done : callable
        The part of the training that is done, by the seconds and the rounds so far. Seconds are those of the
        processors, all of them together, so that it does not matter who else uses them; looking is not counted.
    """
    spent, rounds, part = 0.0, 0, 0.0
    look(spent, 0)
    seen = 1
    while part < 1:
        began = time.process_time()
        said = trainer.round(1 - part)
        rounds += 1
        spent += time.process_time() - began
        part = done(spent, rounds)
        if part >= seen / points:
            seen += 1
            moves = rounds * trainer.env.num_envs * trainer.pixels
            print(f"{spent:6.0f} s, {moves:9,} moves, " + ", ".join(f"{key} {value:.3f}" for key, value in said.items()))
            look(spent, moves)
    return spent


def draw(curve: list[Point], path: pathlib.Path) -> None:
    """The wins by training time: the honest debater's left, the liar's right."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for place, role in enumerate(ROLES):
        axes = figure.add_subplot(1, 2, place + 1)
        for rival in dict.fromkeys(point.rival for point in curve):
            line = [point for point in curve if (point.role, point.rival) == (role, rival)]
            minutes = [point.seconds / 60 for point in line]
            axes.plot(minutes, [100 * point.rate for point in line], label=f"against {rival}")
            low, high = ([100 * end for end in ends] for ends in zip(*((p.low, p.high) for p in line), strict=True))
            axes.fill_between(minutes, low, high, alpha=0.2)
        axes.set(title=f"{role}, learned", xlabel="minutes of training on one processor", ylabel="wins, %", ylim=(0, 100))
        axes.legend()
    figure.savefig(path, dpi=150)


def percent(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:.1f} % ({low:.1f} to {high:.1f})"


def points(estimate: Estimate) -> str:
    rate, low, high = (100 * part for part in estimate)
    return f"{rate:+.1f} ({low:+.1f} to {high:+.1f})"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A debater that learns from debates with itself.")
    parser.add_argument("--seconds", type=float, default=1800, help="of the processors, for training")
    parser.add_argument("--rounds", type=int, help="of training, in place of a time: the same debater each time")
    parser.add_argument("--pixels", type=int, default=4)
    parser.add_argument("--envs", type=int, default=1024, help="debates at a time")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--images", type=int, default=200, help="to evaluate it by, 1 to 1900")
    parser.add_argument("--rivals", nargs="+", default=["random", "greedy", "mcts:100", "exact"])
    parser.add_argument("--points", type=int, default=15, help="of the curve")
    parser.add_argument("--proofs", type=int, default=10, metavar="IMAGES", help="for the regret, 0 to 1900")
    parser.add_argument("--limit", type=float, default=5, metavar="SECONDS", help="of each proof for the regret")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("self-play"))
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.images <= 1900:
        parser.error(f"--images {chosen.images}: it must be from 1 to 1900")
    if not 0 <= chosen.proofs <= 1900:
        parser.error(f"--proofs {chosen.proofs}: it must be from 0 to 1900")
    for option in ("points", "pixels", "envs", "threads", "rounds"):
        given = getattr(chosen, option)
        if given is not None and given < 1:
            parser.error(f"--{option} {given}: it must be 1 or more")
    if not 0 < chosen.seconds < float("inf"):
        parser.error(f"--seconds {chosen.seconds}: it must be above 0")
    if not 0 <= chosen.limit < float("inf"):
        parser.error(f"--limit {chosen.limit}: it must be 0 or more")
    if not 0 <= chosen.seed < 2**63:
        parser.error(f"--seed {chosen.seed}: it must be from 0 to 2**63 - 1")
    for rival in chosen.rivals:
        try:
            pd.Agent(rival)
        except pd.Error as error:
            parser.error(f"--rivals: {error}")
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(chosen.threads)

    mnist = pd.datasets.load("mnist")
    drawn = np.random.default_rng(chosen.seed).permutation(len(mnist))
    held: list[int] = drawn[TRAINING:].tolist()
    ground = Ground(mnist, chosen.pixels, chosen.seed)
    trainer = Trainer(drawn[:TRAINING], pixels=chosen.pixels, envs=chosen.envs, seed=chosen.seed)
    learned = Learned(trainer.network)
    curve: list[Point] = []

    def look(seconds: float, moves: int) -> None:
        for role in ROLES:
            for rival in ("random", "greedy"):
                wins = ground.wins(role, learned, rival, held[-CURVE:])
                curve.append(Point(seconds, moves, role, rival, *pd.rate(wins)))

    def done(seconds: float, rounds: int) -> float:
        return float(rounds / chosen.rounds if chosen.rounds else seconds / chosen.seconds)

    spent = train(trainer, done, chosen.points, look)
    print(f"{spent:.0f} s of the processors for training")
    torch.save(trainer.network.state_dict(), chosen.out / "debater.pt")
    with (chosen.out / "curve.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(asdict(curve[0])))
        table.writeheader()
        table.writerows(map(asdict, curve))
    draw(curve, chosen.out / "curve.png")

    print(f"\nwins over images not trained on, {chosen.pixels} pixels, 95 % intervals")
    print(f"{'against':10} {'role':7} {'images':>6}  {'learned':24} {'random in its place':24} difference, points")
    fights: list[Against] = []
    for rival in chosen.rivals:
        # Optimal play takes a second or so of each debate.
        count = max(1, chosen.images // 10) if rival == "exact" else chosen.images
        for role in ROLES:
            fight = against(ground, learned, rival, role, held[:count])
            fights.append(fight)
            columns = f"{percent(fight.learned):24} {percent(fight.random):24} {points(fight.gain)}"
            print(f"{rival:10} {role:7} {fight.images:>6}  {columns}", flush=True)

    print("\nmoves in debates with greedy, by what is proven of optimal play")
    print(f"{'debater':10} {'role':7} {'kept':>5} {'thrown':>6} {'lost':>5} {'undecided':>9}  wins thrown away")
    regrets: list[Regret] = []
    debaters: dict[str, AnyDebater] = {"learned": learned, "random": "random", "greedy": "greedy"}
    for name, debater in debaters.items():
        for role in ROLES:
            found = regret(ground, name, debater, role, held[: chosen.proofs], chosen.limit)
            regrets.append(found)
            counts = f"{found.kept:>5} {found.thrown:>6} {found.lost:>5} {found.undecided:>9}"
            print(f"{name:10} {role:7} {counts}  {percent(found.rate)}", flush=True)
    told = {"against": list(map(asdict, fights)), "regret": list(map(asdict, regrets))}
    (chosen.out / "results.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
