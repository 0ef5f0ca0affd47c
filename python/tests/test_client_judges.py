"""Several judges of one debate, and debates that are judged again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pixel_debate as pd
import pytest
from clients import PATIENCE, Proxy
from pixel_debate.client import Event, Player, Refused, Server


class Doubtful(Player):
    """Says what it believes, over a connection that is lost then, and judges for the smaller claim or the greater."""

    def __init__(self, place: int, proxy: Proxy | None = None) -> None:
        self.place, self.proxy, self.believed = place, proxy, 0

    def believe(self, view: pd.View) -> float:
        self.believed += 1
        if self.proxy is not None:
            self.proxy.drop()
        return 0.5

    def decide(self, view: pd.View) -> int:
        return sorted(claim for claim in view.claims if claim is not None)[self.place]


def test_a_panel_decides_together_whatever_connections_are_lost(address: str, server: Server) -> None:
    with Proxy(address) as proxy:
        created = server.create(
            honest="greedy", liar="random", judge="outside:Three", pixels=4, pace_ms=0,
            image=0, lie=1, panel={"judges": 3, "decides": "majority"},
        )
        assert created.judge is None and len(created.panel) == 3
        judges = [Doubtful(0, proxy), Doubtful(1), Doubtful(1)]
        heard: list[list[Event]] = [[], [], []]
        with ThreadPoolExecutor(3) as pool:
            through = [Server(proxy.address), Server(proxy.address), server]
            ends = [
                pool.submit(one.play, judge, created.name, token, watcher=events.append)
                for one, judge, token, events in zip(through, judges, created.panel, heard, strict=True)
            ]
            winners = {end.result(PATIENCE).winner for end in ends}
    # The label of image 0 is 7, the greater of the claims.
    assert winners == {"honest"}
    record = server.record(created.name)
    said = [[event["event"]["type"] for event in judgment["events"]] for judgment in record["judgments"]]
    assert all(kinds[-1] == "verdict" and kinds.count("verdict") == 1 for kinds in said)
    assert [judge.believed for judge in judges] == [5, 5, 5] and [len(kinds) for kinds in said] == [6, 6, 6]
    # The token is each judge's own, and it has said all.
    with server.take(created.name, created.panel[0]) as seat, pytest.raises(Refused) as over:
        assert next(seat).kind == "seated"
        seat.verdict(7)
    assert over.value.code == "illegal"


@pytest.mark.parametrize("shows", ["paced", "recorded", "asked"])
def test_a_debate_is_judged_again(server: Server, shows: Literal["paced", "recorded", "asked"]) -> None:
    old = server.create(honest="greedy", liar="random", pixels=4, pace_ms=0)
    with server.watch(old.name) as events:
        last = list(events)[-1]
    assert last.view.winner is not None
    again = server.create(
        judge="outside:Ada", pace_ms=0,
        recorded={"debate": old.name, "shows": shows},
    )
    assert again.judge is not None
    judge = Doubtful(0)
    heard: list[Event] = []
    view = server.play(judge, again.name, again.judge, watcher=heard.append)
    assert [event.pixel for event in heard if event.kind == "reveal"] == [
        pixel for _, pixel, _ in last.view.evidence
    ]
    assert view.winner in ("honest", "liar") and judge.believed == 5
    assert server.record(again.name)["recorded"] == old.name


def test_what_is_shown_by_itself_is_not_asked_for(server: Server) -> None:
    old = server.create(honest="random", liar="random", pixels=4, pace_ms=0)
    with server.watch(old.name) as events:
        list(events)
    again = server.create(judge="outside", pace_ms=5000, recorded={"debate": old.name})
    assert again.judge is not None
    with server.take(again.name, again.judge) as seat:
        assert [next(seat).kind for _ in range(2)] == ["seated", "begun"]
        assert seat.shows == "paced" and not seat.answered
        with pytest.raises(Refused, match="nothing waits to be asked for"):
            seat.show(1)
    server.cancel(again)
