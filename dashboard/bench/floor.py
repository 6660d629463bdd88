"""The yardstick 基线: the bare loop of plain Python and SQLite that folds case events exactly.

No framework, no validation, six measures and six dimensions; `cityops bench ingest` runs it beside
the real ledger on the same lifecycles, so that the ratio holds on any machine.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import orjson

STAGES: Final = ("report", "file", "dispatch", "dispose", "check", "close", "void")
FIELDS: Final = (
    *STAGES,
    "rework",
    "channel",
    "category",
    "district",
    "department",
    "grid",
    "cell",
    "due",
)
INDEX: Final = {name: i for i, name in enumerate(FIELDS)}
DAY0: Final = 1_735_660_800  # 2025-01-01 00:00 in Shanghai, epoch seconds
BATCH: Final = 2_000

Event = dict[str, Any]


def lifecycles(cases: int, seed: int = 7) -> list[Event]:
    """Events of `cases` cases as delivered: jitter, late ones, copies, corrections, voids."""
    rng = random.Random(seed)
    out: list[tuple[int, Event]] = []
    for n in range(cases):
        for when, event in _life(rng, n):
            late = 3 * 86_400 if rng.random() < 0.005 else 0
            out.append((when + rng.randrange(120) + late, event))
            if rng.random() < 0.01:
                out.append((when + rng.randrange(3600), event))
    out.sort(key=lambda item: item[0])
    return [event for _, event in out]


def _life(rng: random.Random, n: int) -> list[tuple[int, Event]]:
    cell = rng.randrange(139_400)
    grid = cell * 1200 // 139_400
    t = DAY0 + rng.randrange(345 * 86_400)
    base: Event = {"case": f"C{n:08d}"}
    place = {"district": grid * 10 // 1200, "grid": grid, "cell": cell}
    kind = {"channel": rng.randrange(8), "category": rng.randrange(200)}
    life = [(t, {**base, "rev": 1, "step": "report", "at": t, **kind, **place})]
    if rng.random() < 0.004:
        return [*life, (t + 600, {**base, "rev": 2, "step": "void", "at": t + 600})]
    rev = 1
    if rng.random() < 0.02:
        rev += 1
        later = t + 86_400
        life.append((later, {**base, "rev": rev, "at": later, "category": rng.randrange(200)}))
    if rng.random() >= 0.914:
        return life
    means = {"file": 120, "dispatch": 900, "dispose": 20_000, "check": 5_000, "close": 3_000}
    for step, mean in means.items():
        if step == "close" and rng.random() > 0.921:
            break
        t += 5 + int(rng.expovariate(1 / mean))
        rev += 1
        event = {**base, "rev": rev, "step": step, "at": t}
        if step == "dispatch":
            event |= {"department": rng.randrange(221), "due": t + 43_200}
        life.append((t, event))
    return life


def run(lines: list[bytes], folder: Path) -> float:
    """Seconds the bare loop takes for the lines."""
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-200000"):
        db.execute(f"pragma {pragma}")
    columns = ",".join(f'"{name}" integer' for name in FIELDS)
    db.execute(f"create table cases(id text primary key, rev blob, {columns}) without rowid")
    db.execute(
        "create table tally(day int, measure int, dim int, member int, n int,"
        " primary key(day, measure, dim, member)) without rowid"
    )
    db.execute("create table events(id text primary key, body blob) without rowid")
    db.execute("create table cursor(stream text primary key, id text)")
    start = time.perf_counter()
    for i in range(0, len(lines), BATCH):
        _fold(db, lines[i : i + BATCH])
    seconds = time.perf_counter() - start
    db.close()
    return seconds


def _contribute(record: list[Any], sign: int, tally: Counter[tuple[int, int, int, int]]) -> None:
    if record[6] or not record[0]:
        return
    for measure in range(6):
        t = record[measure]
        if t:
            day = (t + 28_800) // 86_400
            tally[(day, measure, 0, 0)] += sign
            for dim, column in ((1, 8), (2, 9), (3, 10), (4, 11), (5, 12)):
                if record[column] is not None:
                    tally[(day, measure, dim, record[column])] += sign
            if measure in (0, 5) and record[13] is not None:
                tally[(day // 366, measure, 6, record[13])] += sign
    if record[5] and record[14] and record[5] <= record[14]:
        tally[((record[5] + 28_800) // 86_400, 6, 0, 0)] += sign


def _fold(db: sqlite3.Connection, lines: list[bytes]) -> None:
    events = [orjson.loads(line) for line in lines]
    ids = orjson.dumps(list({e["case"] for e in events})).decode()
    columns = ",".join(f'"{name}"' for name in FIELDS)
    query = f"select id, rev, {columns} from cases where id in (select value from json_each(?))"
    state = {row[0]: (bytearray(row[1]), list(row[2:])) for row in db.execute(query, (ids,))}
    before: dict[str, list[Any]] = {}
    tally: Counter[tuple[int, int, int, int]] = Counter()
    for event in events:
        case = event["case"]
        revs, record = state.setdefault(case, (bytearray(len(FIELDS)), [None] * len(FIELDS)))
        before.setdefault(case, record[:])
        rev, step = event["rev"], INDEX.get(event.get("step", ""))
        if step is not None and rev > revs[step]:
            revs[step], record[step] = rev, event["at"]
        for name, value in event.items():
            i = INDEX.get(name)
            if i is not None and rev > revs[i]:
                revs[i], record[i] = rev, value
    for case, old in before.items():
        new = state[case][1]
        if new != old:
            _contribute(old, -1, tally)
            _contribute(new, +1, tally)
    db.execute("begin")
    db.executemany(
        "insert or ignore into events values(?,?)",
        [(f"{e['case']}:{e['rev']}", line) for e, line in zip(events, lines, strict=True)],
    )
    db.executemany(
        f"insert or replace into cases values({','.join('?' * (len(FIELDS) + 2))})",
        [(case, bytes(state[case][0]), *state[case][1]) for case in before],
    )
    db.executemany(
        "insert into tally values(?,?,?,?,?) on conflict do update set n = n + excluded.n",
        [(*key, n) for key, n in tally.items() if n],
    )
    db.execute("insert or replace into cursor values('events', ?)", (str(len(lines)),))
    db.execute("commit")
