#!/usr/bin/env python3
"""The judge of judge.py, told raw arrays: where a network would take planes of numbers as they come.

With numpy, `numpy.frombuffer(body, "<f4").reshape(count, 2, 28, 28)` is the batch.
"""

import array
import json
import struct
import sys

LABELS, AREA = 10, 28 * 28


def numbers(body):
    """Numbers of 32 bits, little-endian."""
    numbers = array.array("f", body)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def main():
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    source.readline()
    hello = {"protocol": 1, "name": "brightest-raw", "version": "1", "labels": LABELS}
    sink.write(json.dumps(hello | {"answers": "logits", "arrays": "raw"}).encode() + b"\n")
    sink.flush()
    while head := source.read(4):
        (count,) = struct.unpack("<I", head)
        planes = numbers(source.read(count * 2 * AREA * 4))
        sink.write(head)
        for start in range(0, len(planes), 2 * AREA):
            light = sum(planes[start + AREA : start + 2 * AREA])
            sink.write(struct.pack(f"<{LABELS}f", *(light if label == 1 else 0 for label in range(LABELS))))
        sink.flush()


if __name__ == "__main__":
    main()
