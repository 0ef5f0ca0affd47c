#!/usr/bin/env python3
"""A judge for Pixel Debate as a program: it answers a score a label for each set of revealed pixels.

It believes the more in a one, the more light it sees. Put something better into `scores`, which may take
as long as the experiment's `seconds` say.
"""

import json
import sys

LABELS = 10


def scores(pixels):
    """A number a label, the higher the more believed, for pixels [x, y, value] with values from 0 to 255."""
    light = sum(value for _, _, value in pixels) / 255
    return [light if label == 1 else 0.0 for label in range(LABELS)]


def main():
    for line in sys.stdin:
        told = json.loads(line)
        if told["type"] == "hello":
            answer = {"protocol": 1, "name": "brightest", "version": "1", "labels": LABELS, "answers": "logits"}
        else:
            answer = {"id": told["id"], "scores": [scores(pixels) for pixels in told["sets"]]}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
