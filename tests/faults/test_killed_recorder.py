"""The recorder killed in the middle of writing: what was put down is whole, and it goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson

from dashboard.ledger.database import Database
from dashboard.ledger.minutes import Minutes
from dashboard.replay.coding import decode
from dashboard.replay.heatshot import decode_shot
from tests.faults.processes import PATIENCE_S, Site, pause_up_to
from tests.faults.recording import body_of, shot_of
from tests.servers import RedisServer, wait_until

KILLS = 5
START = 29_926_440
ROOT = Path(__file__).parents[2]


def test_kill_9_leaves_whole_minutes_only(ledger_url: str) -> None:
    chance = random.Random(20261126)
    minutes, told, start = Minutes(Database(ledger_url)), set(), START
    for _ in range(KILLS):
        command = [sys.executable, "-m", "tests.faults.recording", ledger_url, str(start)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            assert child.stdout is not None
            for _ in range(chance.randrange(3, 40)):
                told.add(int(child.stdout.readline()))
            pause_up_to(chance, 0.02)
            os.kill(child.pid, signal.SIGKILL)
            told |= {int(line) for line in child.stdout.read().splitlines()}
        kept = minutes.kept()
        assert told <= set(kept) and len(kept) <= len(told) + KILLS  # one may have been answering
        start = kept[-1] + 1
    assert kept == [*range(START, kept[-1] + 1)]
    for minute in kept:
        own, key = minutes.find(minute) or (None, None)
        assert own is not None and key is not None and own.heat is not None
        whole, shot = decode(key.frame), decode_shot(key.heat or b"")
        if own.minute != key.minute:
            whole, shot = decode(own.frame, whole), decode_shot(own.heat, shot)
        assert whole == body_of(minute)
        expected = shot_of(shot.as_of).bases["reported.30d"][0]
        assert (shot.bases["reported.30d"][0] == expected).all()


def test_a_worker_puts_down_what_it_published(
    ledger_url: str, redis_server: RedisServer, make_site: Callable[..., Site]
) -> None:
    site = make_site(ledger_url, redis_server)
    minutes = Minutes(Database(ledger_url))
    killed = site.start("work")
    wait_until(lambda: site.frame() is not None, PATIENCE_S, "a frame")
    assert killed.kill()
    before = minutes.kept()  # the open minute is lost, and nothing else
    ended = site.start("work")
    seq = (site.frame() or {})["seq"]
    wait_until(lambda: (site.frame() or {})["seq"] > seq + 1, PATIENCE_S, "its next frames")
    assert ended.stop() == 0
    kept = minutes.kept()
    assert len(before) <= 1 and kept[: len(before)] == before and len(kept) > len(before)
    own, key = minutes.find(kept[-1]) or (None, None)
    assert own is not None and key is not None
    whole = decode(key.frame)
    body = whole if own.minute == key.minute else decode(own.frame, whole)
    assert body == redis_server.client().get("{meixian}:frame")
    assert orjson.loads(body)["as_of"] <= own.shown_at
