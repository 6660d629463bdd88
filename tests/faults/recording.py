"""Records minutes as fast as it can until it is killed: `… -m tests.faults.recording URL START`.

Says the number of each minute once it is down. What a minute shows follows from its number.
"""

from __future__ import annotations

import random
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dashboard.ledger.database import Database
from dashboard.ledger.minutes import Minute, Minutes
from dashboard.recorder import Recorder
from dashboard.replay.heatshot import Shot
from dashboard.replay.moment import MINUTE_MS

PAD = random.Random(3).randbytes(20_000).hex().encode()
CELLS = 20_000


def body_of(minute: int) -> bytes:
    """A frame as long as a real one, of which a part changes."""
    cut = minute * 37 % len(PAD)
    return b"%d|%s|%s" % (minute, PAD[:cut], PAD[cut:][::-1])


def shot_of(minute: int) -> Shot:
    values = np.arange(CELLS, dtype=np.int32) % 7
    values[minute % CELLS] = minute
    return Shot("v1", minute, {"reported.30d": (values, None)})


class Told(Minutes):
    def keep(self, row: Minute, before: int) -> bool:
        kept = super().keep(row, before)
        if kept:
            print(row.minute, flush=True)
        return kept


def main(url: str, start: int) -> None:
    shown = start
    with ThreadPoolExecutor(1) as pool:
        recorder = Recorder(Told(Database(url)), 7, pool.submit, lambda: shot_of(shown))
        ready = pool.submit(int)
        while True:
            recorder.shown(body_of(shown), shown * MINUTE_MS)  # `shot_of` is asked one later
            ready.result()
            ready = pool.submit(int)
            shown += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
