"""Replay's routes: the published bytes again, the map of the minute, and honest gaps."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from starlette.routing import Router

from dashboard.city import load_profile
from dashboard.ledger.database import Database
from dashboard.ledger.minutes import Minutes
from dashboard.recorder import Recorder
from dashboard.replay.heatshot import Shot
from dashboard.replay.moment import MINUTE_MS
from dashboard.replayweb import PAST, ReplaySite, replay_routes
from tests.browser import scenery
from tests.dashboard.access.house import House
from tests.dashboard.asking import Answer, ask
from tests.dashboard.test_heat import CODES, ground
from tests.dashboard.test_recorder import START, now_

MEIXIAN = load_profile("meixian")
PLACES = len(CODES) + 2
KEPT = [*range(START, START + 5), *range(START + 8, START + 12)]


def frame_of(minute: int) -> bytes:
    return orjson.dumps(scenery.frame(minute * MINUTE_MS, minute))


def record(minutes: Minutes) -> None:
    shots = {
        m: Shot("v1", m, {"reported.30d": (np.full(PLACES, m - START, np.int32), None)})
        for m in KEPT
    }
    open_ = [START]
    recorder = Recorder(minutes, 7, now_, lambda: shots[open_[0]])
    for minute in KEPT:
        recorder.shown(frame_of(minute), minute * MINUTE_MS + 59_500)
        open_[0] = minute
    recorder.close()


class Past:
    def __init__(self, folder: Path, days: int = 7) -> None:
        self.minutes = Minutes(Database(f"sqlite:///{folder}/l.db"))
        self.now = (KEPT[-1] + 1) * MINUTE_MS
        site = ReplaySite(self.minutes, days, MEIXIAN.timezone, lambda: self.now, MEIXIAN, ground)
        self.app = Router(replay_routes(site))

    def get(self, path: str, **headers: str) -> Answer:
        return asyncio.run(ask(self.app, path, **headers))


@pytest.fixture
def past(tmp_path: Path) -> Past:
    made = Past(tmp_path)
    record(made.minutes)
    return made


def test_the_published_bytes_come_back_and_past_ones_for_ever(past: Past) -> None:
    for minute in KEPT:
        answer = past.get(f"/replay/frame/{minute}")
        assert answer.status == 200 and answer.body == frame_of(minute)
        assert answer.headers["x-shown-at"] == str(minute * MINUTE_MS + 59_500)
        assert answer.headers["x-map"] == "reported.30d"
        old = minute < KEPT[-1]
        assert answer.headers["cache-control"] == (PAST if old else "no-store")
        packed = past.get(f"/replay/frame/{minute}", accept_encoding="gzip, br")
        assert packed.headers["content-encoding"] == "gzip" and packed.text.encode() == answer.body


def test_a_minute_without_a_record_is_not_another(past: Past) -> None:
    for minute in (START - 1, START + 5, START + 7, KEPT[-1] + 1, 0, 10**12):
        for path in (f"/replay/frame/{minute}", f"/replay/heat/{minute}/reported.30d.street"):
            answer = past.get(path)
            assert (answer.status, answer.text) == (404, "这一分钟没有记录")
            assert answer.headers["cache-control"] == "no-store"


def test_the_map_is_that_of_the_minute(past: Past) -> None:
    for minute in KEPT:
        found = past.get(f"/replay/heat/{minute}/reported.30d.street").json()
        assert found["total"] == PLACES * (minute - START) and found["grid"] == "v1"
    assert past.get(f"/replay/heat/{START}/open.30d.street").status == 404
    wrong = past.get(f"/replay/heat/{START}/reported.30d.planet")
    assert wrong.status == 404 and "应为" in wrong.text


def test_the_index_says_what_there_is(past: Past) -> None:
    told = past.get("/replay/index").json()
    assert told == {"now": past.now, "days": 7, "runs": [[START, 5], [START + 8, 4]]}
    asked = past.get("/replay/index?at=2026-11-25T14:09").json()["asked"]
    assert asked == {"minute": START + 9, "state": "kept", "text": ""}
    assert past.get("/replay/index?at=%3Cb%3E").json()["asked"]["state"] == "malformed"


def test_switched_off_there_is_nothing(tmp_path: Path) -> None:
    past = Past(tmp_path, days=0)
    record(past.minutes)
    told = past.get("/replay/index?at=2026-11-25T14:09").json()
    assert told["runs"] == [] and "replay_days = 0" in told["asked"]["text"]
    assert past.get(f"/replay/frame/{START}").status == 404


def test_damaged_bytes_and_a_database_away_are_said(past: Past, tmp_path: Path) -> None:
    own, _ = past.minutes.find(START + 2) or pytest.fail("not kept")
    with past.minutes._database.write() as connection:
        connection.exec_driver_sql(
            "update replay_minutes set frame = x'00' where minute = ?", (own.minute,)
        )
    assert past.get(f"/replay/frame/{START + 2}").status == 503
    assert past.get(f"/replay/frame/{START + 3}").status == 200
    away = Past(tmp_path / "nowhere")
    for path in ("index", f"frame/{START}", f"heat/{START}/reported.30d.street"):
        answer = away.get(f"/replay/{path}")
        assert answer.status == 503 and answer.headers["retry-after"] == "5"


def test_screens_see_what_their_token_lets_them(tmp_path: Path) -> None:
    house = House(tmp_path)
    record(Minutes(house.database))
    frame, heat = f"/replay/frame/{START}", f"/replay/heat/{START}/reported.30d.street"

    def opened(token: str) -> Any:
        visitor = house.visitor()
        assert visitor.get(f"/wall?token={token}").status == 303
        return visitor

    wall, narrow = opened(house.screen()), opened(house.screen("门厅", scenes=("overview",)))
    whole, part = wall.get(frame), narrow.get(frame)
    assert whole.body == frame_of(START) and part.status == 200
    had, has = whole.json(), part.json()
    assert has["m"].items() < had["m"].items() and "today.cases.reported" in has["m"]
    assert has["as_of"] == had["as_of"] and has.keys() == had.keys()
    assert wall.get(heat).status == 404  # this house has no grid
    assert narrow.get(heat).status == 403
    assert house.visitor().get(frame).status == 401
