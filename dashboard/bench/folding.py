"""`cityops bench ingest`: bulk ingest against the bare loop, same lifecycles, one core, one run."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from dashboard.bench import floor
from dashboard.city import Profile
from dashboard.ingest import ingest
from dashboard.ledger import Ledger

_STEPS = {"void": "cancel", "check": "check_pass"}
_FIELDS = {"grid": "duty_grid", "cell": "unit_cell"}


@dataclass(frozen=True)
class Result:
    """Events per second of the bare loop and of each ledger."""

    events: int
    floor: float
    ledgers: dict[str, float]


def contract_line(event: floor.Event) -> bytes:
    """The same happening in the words of the event contract, with every dimension filled."""
    out: dict[str, object] = {
        "id": f"{event['case']}-{event['rev']}",
        "type": "case",
        "case": event["case"],
        "rev": event["rev"],
        "at": event["at"] * 1000,
        "sent_by": "bench",
    }
    if "step" in event:
        out["step"] = _STEPS.get(event["step"], event["step"])
    given: dict[str, object] = {
        _FIELDS.get(name, name): f"{name[0].upper()}{event[name]:06d}"
        for name in ("channel", "category", "district", "grid", "cell", "department")
        if name in event
    }
    if "cell" in event:
        given |= {
            "street": f"S{event['grid'] // 8:04d}",
            "community": f"M{event['grid'] // 2:05d}",
            "collector": f"P{event['cell'] % 1250:04d}",
        }
    if "due" in event:
        given["deadline"] = event["due"] * 1000
    if given:
        out["set"] = given
    return orjson.dumps(out)


def bench(profile: Profile, cases: int, urls: dict[str, str]) -> Result:
    """Fold `cases` lifecycles by the bare loop and into each ledger of `urls` (name → URL)."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    events = floor.lifecycles(cases)
    plain = [orjson.dumps(event) for event in events]
    lines = [contract_line(event) for event in events]
    rates: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        base = len(plain) / floor.run(plain, Path(name))
        for label, url in {"sqlite": f"sqlite:///{name}/ledger.db", **urls}.items():
            ledger = Ledger.open(url, profile.rules, profile.id)
            start = time.perf_counter()
            done = ingest(ledger, lambda: lines, lambda: time.time_ns() // 1_000_000)
            rates[label] = len(lines) / (time.perf_counter() - start)
            ledger.close()
            if done.rejected or done.accepted + done.unchanged != len(lines):
                raise RuntimeError(f"{label}: not every line was taken: {done}")
    return Result(len(lines), base, rates)
