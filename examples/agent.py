#!/usr/bin/env python3
"""An agent for Pixel Debate: it takes a seat, and debates or judges until the debate is over.

    pip install websockets
    python agent.py ws://127.0.0.1:8080/socket DEBATE TOKEN

As a debater it reveals the brightest pixel that is left, as a judge it believes the debater whose
pixels are brighter. Put something better into `choose_pixel` and `choose_label`: they may take as
long as the clock allows.
"""

import asyncio
import base64
import contextlib
import copy
import json
import sys

import websockets
from websockets.asyncio.client import process_exception

PROTOCOL = 4
# Refusals that pass: the same may be right later.
PASSING = {"busy", "store_unavailable", "too_fast", "unavailable"}
# What had happened already, or will be told when it is time.
HARMLESS = {"not_begun", "stale"}


def choose_pixel(view):
    """The brightest pixel that may be revealed."""
    width, values = view["image"]["width"], base64.b64decode(view["image"]["pixels"])
    taken = [reveal["pixel"] for reveal in view["evidence"]]
    places = ([index % width, index // width] for index in range(len(values)))
    return max((p for p in places if p not in taken), key=lambda p: values[p[1] * width + p[0]])


def choose_label(view):
    """The claim of the debater whose pixels are brighter; without claims the first label."""
    def brightness(debater):
        return sum(r["value"] for r in view["evidence"] if r["by"] == debater)

    claims = {by: label for by, label in view["claims"].items() if label is not None}
    return claims[max(claims, key=brightness)] if claims else 0


def choose_move(view, seq):
    """What the agent does in its turn, for the event with that number."""
    if view["seat"] == "judge":
        return {"type": "verdict", "label": choose_label(view)}
    return {"type": "reveal", "seq": seq, "pixel": choose_pixel(view)}


def tell(error):
    """Says in a line why there is no connection. What passes is tried again, all else is raised."""
    lasting = process_exception(error)
    if lasting is None:
        print(f"no connection, trying again: {error}", file=sys.stderr)
    return lasting


async def play(url, debate, token):
    """Plays to the end. What it returns is what went wrong, if something did."""
    seq, view = 0, None
    # Thinking has a thread of its own, so that pings are answered meanwhile, and goes on when the
    # connection is lost: it is begun once for each event.
    thoughts = {}
    # A lost connection is opened again by the loop, after a longer and longer wait.
    async for socket in websockets.connect(url, process_exception=tell):
        said, wait, tasks = None, 1, []

        async def say(message):
            nonlocal said
            said = {**message, "debate": debate}
            with contextlib.suppress(websockets.ConnectionClosed):
                await socket.send(json.dumps(said))

        async def say_again(wait):
            await asyncio.sleep(wait)
            await say(said)

        async def move(thought):
            await asyncio.wait([thought])
            if thought.exception():
                await socket.close()
            else:
                await say(thought.result())

        try:
            hello = json.loads(await socket.recv())
            if hello["protocol"] != PROTOCOL:
                return f"the server speaks version {hello['protocol']}, this agent {PROTOCOL}"
            request = {"type": "resume", "seq": seq} if view else {"type": "take"}
            await say({**request, "token": token})
            turn = None
            async for text in socket:
                message = json.loads(text)
                match message["type"]:
                    case "snapshot":
                        seq, view, turn = message["seq"], message["view"], message["turn"]
                    case "resumed" | "turn":
                        turn = message["turn"]
                    case "event":
                        seq, event, turn = message["seq"], message["event"], message.get("turn", turn)
                        if event["type"] == "reveal":
                            view["evidence"].append({k: event[k] for k in ("by", "pixel", "value")})
                        view["outcome"] = message.get("ending", {}).get("outcome")
                        wait = 1
                    case "error" if message["code"] in PASSING:
                        # What was said last can be said again.
                        tasks.append(asyncio.create_task(say_again(wait)))
                        wait = min(2 * wait, 30)
                    case "error" if message["code"] not in HARMLESS:
                        return f"{message['message']}; expected {message['expected']}"
                    case "closed" if message["reason"] != "restarting":
                        return f"the server closes the debate: {message['reason']}"
                if view and view["outcome"]:
                    return print(f"{view['seat']}: {view['outcome']['winner']} wins")
                if turn and turn["seat"] == view["seat"] and turn["seq"] == seq + 1:
                    if turn["seq"] not in thoughts:
                        thinking = asyncio.to_thread(choose_move, copy.deepcopy(view), turn["seq"])
                        thoughts = {turn["seq"]: asyncio.create_task(thinking)}
                    tasks.append(asyncio.create_task(move(thoughts[turn["seq"]])))
                    turn = None
        except websockets.ConnectionClosed:
            continue
        finally:
            await socket.close()
            for task in tasks:
                task.cancel()
            for thought in thoughts.values():
                if thought.done():
                    thought.result()  # Where choosing has failed, this raises it.


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: python agent.py ws://HOST:PORT/socket DEBATE TOKEN")
    try:
        sys.exit(asyncio.run(play(*sys.argv[1:])))
    except (websockets.InvalidHandshake, websockets.InvalidURI) as error:
        sys.exit(f"no connection: {error}")
