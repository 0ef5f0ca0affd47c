"""An agent for Pixel Debate, for any seat: python agent.py http://127.0.0.1:8080 DEBATE TOKEN"""

import sys

import pixel_debate as pd
from pixel_debate.client import Player, Server


class Bright(Player):
    """Reveals the brightest pixel that is left, and believes whoever has revealed the brighter ones."""

    def choose(self, view: pd.View) -> tuple[int, int]:
        assert view.image is not None
        row, column = max(((y, x) for x, y in view.legal_moves), key=view.image.__getitem__)
        return int(column), int(row)

    def believe(self, view: pd.View) -> float:
        light = {"first": 1, "second": 1}
        for by, _, value in view.evidence:
            light[by] += value
        return light["first"] / (light["first"] + light["second"])


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    address, debate, token = sys.argv[1:]
    end = Server(address).play(Bright(), debate, token)
    print(f"{end.seat}: {end.winner} wins")
