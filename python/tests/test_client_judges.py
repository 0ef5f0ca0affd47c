"""Several judges of one debate, and debates that are judged again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import pixel_debate as pd
import pytest
from clients import PATIENCE, Proxy
from pixel_debate.client import Event, Player, Refused, Server, new_judge_key


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


def test_a_judge_has_its_record_by_its_key(address: str, server: Server) -> None:
    key, other = new_judge_key(), new_judge_key()
    assert len(key) == 43 and key != other
    judged: list[str] = []
    with Proxy(address) as proxy:
        # The seat is kept over lost connections, and so is the record that the judgment is on.
        for judge, place in [(Doubtful(0, proxy), 0), (Doubtful(1), 1), (Doubtful(1), 1)]:
            created = server.create(
                honest="greedy", liar="random", judge="outside", pixels=4, pace_ms=0, image=0, lie=1,
            )
            assert created.judge is not None
            through = Server(proxy.address) if judge.proxy else server
            through.play(judge, created.name, created.judge, judge_key=key)
            judged.insert(0, created.name)
            assert place == judge.place
    record = server.judge_record(key, limit=2)
    assert [one["debate"] for one in record["judgments"]] == judged[:2]
    # The label of image 0 is 7, the greater of the claims.
    assert [one["right"] for one in record["judgments"]] == [True, True]
    assert record["judgments"][0]["beliefs"] == [0.5] * 5
    totals = record["totals"]
    assert (totals["judgments"], totals["verdicts"], totals["right"]) == (3, 3, 2)
    assert [one["debate"] for one in server.judgments(key)] == judged
    rest = server.judge_record(key, before=record["next"])
    assert rest["totals"] is None and [one["right"] for one in rest["judgments"]] == [False]
    assert list(server.judgments(other)) == [] and key not in repr(record)
    with pytest.raises(Refused):
        server.judge_record("no key")
    with pytest.raises(Refused):
        server.judge_record(key, limit=51)


def test_a_seat_says_whether_its_judgment_is_on_the_record(server: Server) -> None:
    created = server.create(honest="greedy", liar="random", judge="outside", pixels=4, pace_ms=0)
    assert created.judge is not None
    key = new_judge_key()
    for given, on_record in [(key, True), (new_judge_key(), False), (key, True), (None, None)]:
        with server.take(created.name, created.judge, judge_key=given) as seat:
            assert seat.on_record is None or on_record is not None
            assert next(seat).kind == "seated"
            assert seat.on_record is on_record
    debaters = server.create(honest="outside", liar="random", pixels=4)
    assert debaters.honest is not None
    with server.take(debaters.name, debaters.honest, judge_key=key) as seat, pytest.raises(Refused) as refused:
        next(seat)
    assert refused.value.code == "illegal" and key not in str(refused.value)
    server.cancel(created)
    server.cancel(debaters)


def test_who_debates_before_a_panel_is_told_how_many_have_answered(server: Server) -> None:
    created = server.create(
        honest="outside", liar="random", judge="outside", pixels=2, pace_ms=0,
        image=0, lie=1, panel={"judges": 2, "decides": "majority"},
    )
    assert created.honest is not None
    with ThreadPoolExecutor(2) as pool, server.take(created.name, created.honest, opinions=True) as seat:
        ends = [pool.submit(server.play, Doubtful(1), created.name, token) for token in created.panel]
        told: list[Event] = []
        for event in seat:
            if event.kind == "judgments":
                told.append(event)
            elif event.turn is not None and event.turn.seat == event.view.seat:
                seat.reveal(event.view.legal_moves[0])
        assert [end.result(PATIENCE).winner for end in ends] == ["honest", "honest"]
    assert [event.answered for event in told] == sorted(event.answered or 0 for event in told)
    before = [event for event in told if event.view.winner is None]
    assert {event.answered for event in before} >= {1}
    assert all((event.judges, event.beliefs) == (2, None) for event in before)
    assert (told[-1].answered, told[-1].beliefs) == (2, ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)))
