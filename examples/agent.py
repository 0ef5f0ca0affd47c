#!/usr/bin/env python3
"""An agent for Pixel Debate: it takes a seat, and debates or judges until the debate is over.

    pip install websockets
    python agent.py ws://127.0.0.1:8080/socket DEBATE TOKEN

As a debater it reveals the brightest pixel that is left, as a judge it believes the debater whose
pixels are brighter. Put something better into `choose_pixel` and `choose_label`.
"""

import asyncio
import base64
import json
import sys

import websockets

PROTOCOL = 2


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


async def play(url, debate, token):
    seq, view = 0, None
    # A lost connection is opened again by the loop, after a longer and longer wait.
    async for socket in websockets.connect(url):
        try:
            hello = json.loads(await socket.recv())
            if hello["protocol"] != PROTOCOL:
                sys.exit(f"the server speaks version {hello['protocol']}, this agent {PROTOCOL}")
            request = {"type": "resume", "seq": seq} if view else {"type": "take"}
            await socket.send(json.dumps({**request, "debate": debate, "token": token}))
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
                    case "error":
                        sys.exit(f"{message['message']}; expected {message['expected']}")
                    case "closed" if message["reason"] != "restarting":
                        sys.exit(f"the server closes the debate: {message['reason']}")
                if view["outcome"]:
                    return print(f"{view['seat']}: {view['outcome']['winner']} wins")
                if turn and turn["seat"] == view["seat"] and turn["seq"] == seq + 1:
                    move = {"type": "verdict", "label": choose_label(view)}
                    if view["seat"] != "judge":
                        move = {"type": "reveal", "seq": turn["seq"], "pixel": choose_pixel(view)}
                    await socket.send(json.dumps({**move, "debate": debate}))
                    turn = None
        except websockets.ConnectionClosed:
            continue


if __name__ == "__main__":
    asyncio.run(play(*sys.argv[1:4]))
