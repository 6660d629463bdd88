"""Frames of a busy city 忙时画面 for benchmarks: full size, and most figures move every tick."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from dashboard.casemeasures import CASES
from dashboard.profile import Profile
from dashboard.snapshot import VERSION, Cell, Frame, slim

COUNTS = (
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "disposed",
    "checked",
    "closed",
    "self_handled",
    "cancelled",
)
RANKED_BY = "today.cases.on_time_disposal_rate"
ROWS, TICKER, DAYS = 8, 12, 30
TICK_MS = 1_000


def frames(profile: Profile, start_ms: int, seed: int = 7) -> Iterator[Frame]:
    """One frame a second for ever, from `start_ms` on: every figure of the overview moves, the
    hour of the trend grows, districts change places, the ticker rolls."""
    city = _City(profile, random.Random(seed))
    seq = 0
    while True:
        seq += 1
        yield slim(city.frame(seq, start_ms + seq * TICK_MS))


class _City:
    """Figures that grow from call to call."""

    def __init__(self, profile: Profile, rng: random.Random) -> None:
        self._profile, self._rng = profile, rng
        self._rates = [id for id, measure in CASES.items() if measure.kind == "rate"]
        names = [f"today.cases.{name}" for name in COUNTS]
        names += [f"year.cases.{name}" for name in ("reported", "filed", "closed")]
        names += [f"open.cases.{name}" for name in ("open", "overdue", "suspended", "due_soon")]
        self._counts = {name: rng.randrange(800, 400_000) for name in names}
        self._days = [rng.randrange(700, 1_500) for _ in range(DAYS * 2)]
        self._hours = [rng.randrange(20, 140) for _ in range(24)]
        self._tallies = {
            name: [rng.randrange(10, 900) for _ in range(20)]
            for name in ("channels", "categories", "districts", "departments")
        }
        self._news: list[dict[str, Any]] = []

    def frame(self, seq: int, now_ms: int) -> Frame:
        """The next frame, dated `now_ms`."""
        profile = self._profile
        return Frame(
            v=VERSION,
            seq=seq,
            as_of=now_ms,
            build="bench",
            city={"id": profile.id, "name": profile.name, "title": profile.title},
            demo=True,
            sources=[
                {
                    "id": one.id,
                    "name": one.name,
                    "last_at": now_ms - self._rng.randrange(900),
                    "state": "live",
                    "every_s": one.expected_every_s,
                }
                for one in profile.sources
            ],
            health={"rejected": 3, "lag_ms": self._rng.randrange(90), "gap": None},
            m=self._cells(),
            s=self._series(),
            t=self._tables(now_ms),
        )

    def _cells(self) -> dict[str, Cell]:
        cells = {}
        for name in self._counts:
            self._counts[name] += self._rng.randrange(1, 4)
            value = self._counts[name]
            basis = value - self._rng.randrange(40)
            cells[name] = _cell(value, n=value, cmp=basis, tot=basis + 600)
        for id in self._rates:
            for span, whole in (("today", 900), ("month", 28_000)):
                d = whole + self._rng.randrange(whole)
                n = d - self._rng.randrange(whole // 8)
                cell = _cell(n / d, n=n, d=d, cmp=n / d - 0.004)
                if span == "month":
                    cell |= {"tgt": 0.95, "op": ">=", "ok": "warn"}
                cells[f"{span}.{id}"] = cell
        return cells

    def _series(self) -> dict[str, Any]:
        self._hours[14] += self._rng.randrange(1, 4)
        self._days[DAYS - 1] += self._rng.randrange(1, 4)
        future = [None] * 9
        return {
            "hourly.reported": {
                "today": [*self._hours[:15], *future],
                "yesterday": self._hours[::-1],
                "now_h": 14.5,
            },
            "days30": {
                "days": [f"{10 + day // 31}-{day % 31 + 1:02}" for day in range(DAYS)],
                "reported": self._days[:DAYS],
                "closed": self._days[DAYS:],
            },
        }

    def _grown(self, name: str) -> list[int]:
        tally = self._tallies[name]
        for _ in range(3):
            tally[self._rng.randrange(len(tally))] += 1
        return tally

    def _tables(self, now_ms: int) -> dict[str, list[dict[str, Any]]]:
        profile = self._profile
        categories = list(profile.categories.items())[:ROWS]
        return {
            "channels": [
                {"id": id, "name": name, "n": n}
                for (id, name), n in zip(
                    profile.channel_groups.items(), self._grown("channels"), strict=False
                )
            ],
            "categories": [
                {"id": id, "name": name, "n": n}
                for (id, name), n in zip(categories, self._grown("categories"), strict=False)
            ],
            "districts": self._districts(),
            "departments": [
                {"id": one.code, "name": one.name, "overdue": n % 17, "open": n}
                for one, n in zip(
                    profile.departments[:ROWS], self._grown("departments"), strict=False
                )
            ],
            "ticker": self._ticker(now_ms),
        }

    def _districts(self) -> list[dict[str, Any]]:
        rows = []
        for area, n in zip(self._profile.districts, self._grown("districts"), strict=False):
            d = n + self._rng.randrange(1, 60)
            row = {"id": area.code, "name": area.name, "reported": d, "overdue": d - n}
            rows.append(row | {"v": n / d, "n": n, "d": d, "ok": "good"})
        return sorted(rows, key=lambda row: -row["v"])

    def _ticker(self, now_ms: int) -> list[dict[str, Any]]:
        rng, profile = self._rng, self._profile
        for _ in range(TICKER if not self._news else 2):
            happening = {
                "at": now_ms - rng.randrange(900),
                "district": rng.choice(profile.districts).name,
                "place": rng.choice(profile.simulation.roads or ("人民路",)),
                "category": rng.choice(list(profile.categories.values())),
                "step": rng.choice(["上报", "受理", "立案", "派遣", "处置完毕", "结案"]),
            }
            self._news = [happening, *self._news][:TICKER]
        return list(self._news)


def _cell(value: float, **more: Any) -> Cell:
    empty: dict[str, Any] = dict.fromkeys(("n", "d", "cmp", "tot", "tgt", "op", "ok"))
    return {"v": value, "st": "live"} | empty | more  # type: ignore[return-value]
