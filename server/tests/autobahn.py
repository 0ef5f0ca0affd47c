"""Runs the cases of the Autobahn test suite that apply against an echo server, by kosoku.

    python autobahn.py ws://127.0.0.1:9001/echo

All but the cases of speed (9) and of compression (12 and 13). A case passes when its messages are
answered as they must be, and the connection ends by the closing handshake; what Autobahn allows, but
not strictly, is named.
"""

import asyncio
import os
import sys
from collections import Counter

import kosoku

CASES = 247
PARALLEL = 16


async def main(url):
    try:
        results = await kosoku.run_fuzzingclient(
            url, exclude_cases=["9.*", "12.*", "13.*"], concurrency=PARALLEL)
    except kosoku.FailureError as failure:
        results = failure.results
    # The cases in which the suite itself breaks the connection off may be unclean for that.
    wrong = [one for one in results if not one.passed or one.behavior_close.value not in ("OK", "INFORMATIONAL")]
    for one in wrong:
        print(f"{one.case_id}: {one.behavior.value}, {one.behavior_close.value}: {one.result} {one.result_close}")
    count = Counter((one.behavior.value, one.behavior_close.value) for one in results)
    print(", ".join(f"{number} {'/'.join(kind)}" for kind, number in count.items()))
    if wrong or len(results) != CASES:
        print(f"{len(wrong)} of {len(results)} cases failed; there are {CASES}")
        return 1
    return 0


code = asyncio.run(main(sys.argv[1]))
sys.stdout.flush()
# Without the interpreter's own end, in which kosoku's threads sometimes abort it though all has passed.
os._exit(code)
