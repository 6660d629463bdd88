"""The backlog's part of the worker 案件: the section of the frame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dashboard import cases as c
from dashboard.backlog import AGES, DAY_MS, FLAGS, HOUR_MS, STAGES, Backlog, Standing
from dashboard.cases import Row
from dashboard.ledger import Applied, Ledger, reading
from dashboard.livestate.contributions import DUE_SOON_MS
from dashboard.profile import Profile
from dashboard.snapshot import Cell, Frame

ROWS: Final = 10
"""Rows of each list."""
FEED: Final = "open.cases.open"
"""The cell whose freshness all of this has: the same records."""
_FAR: Final = 1 << 62


class BacklogWork:
    """The section `案件` of the frame."""

    def __init__(self, profile: Profile, ledger: Ledger) -> None:
        self._profile, self._ledger = profile, ledger
        self._state = Backlog(0)
        self.next_at = _FAR

    def reset(self, now: int) -> None:
        """Everything anew from the ledger."""
        self._state = Backlog(now, self._records(now))
        self._wake()

    def apply(self, applied: Applied) -> None:
        """Moves by one committed batch."""
        for case, _, row in applied.changes:
            self._state.put(case, row if self._counts(row) else None)
        self._wake()

    def advance(self, now: int) -> bool:
        """Lets time pass; between two deadlines only ages move, which each heartbeat shows."""
        moved = self._state.advance(now)
        self._wake()
        return moved

    def paint(self, frame: Frame) -> None:
        """Adds the backlog as of the clock; nothing known is no list and no figure, never 0."""
        state = frame["m"][FEED]["st"] if FEED in frame["m"] else "nodata"
        known = state != "nodata"
        for name, n in self._counts_now().items():
            cell = dict.fromkeys(Cell.__required_keys__) | {"st": state}
            value = n if known else None
            frame["m"][f"open.backlog.{name}"] = cell | {"v": value, "n": value}  # type: ignore[assignment]
        frame["s"]["backlog.ages"] = list(AGES)
        frame["s"] |= self._series() if known else {"backlog.late": None, "backlog.ahead": None}
        tables = self._tables()
        frame["t"] |= {f"backlog.{name}": rows if known else [] for name, rows in tables.items()}

    def _records(self, now: int) -> Iterator[tuple[str, Row]]:
        """Every record open at `now`, also those whose end still lies ahead."""
        for case, row in reading.open_records(self._ledger):
            if self._counts(row):
                yield case, row
        for case, row in reading.ended_after(self._ledger, now):
            if self._counts(row):
                yield case, row

    def _counts(self, row: Row) -> bool:
        return row[c.CHANNEL] not in self._profile.rules.apart

    def _wake(self) -> None:
        at = self._state.next_at
        self.next_at = _FAR if at is None else at

    def _counts_now(self) -> dict[str, int]:
        state = self._state
        return {name: state.flags[name] for name in FLAGS} | {"due_24h": state.due_within(DAY_MS)}

    def _series(self) -> dict[str, Any]:
        state = self._state
        begin = self._profile.day_start(self._profile.day(state.now))
        hour = begin + (state.now - begin) // HOUR_MS * HOUR_MS
        return {
            "backlog.late": state.late(),
            "backlog.ahead": {"from": hour, "n": state.ahead(hour)},
        }

    def _tables(self) -> dict[str, list[dict[str, Any]]]:
        state = self._state
        return {
            "stages": self._stages(),
            "departments": self._departments(),
            "overdue": [self._named(one) for one in state.most_overdue(ROWS)],
            "soon": [self._named(one) for one in state.next_due(ROWS)],
        }

    def _stages(self) -> list[dict[str, Any]]:
        ages = {stage: self._state.ages(stage) for stage in STAGES}
        rows = [(c.STAGES[stage], name, ages[stage]) for stage, name in STAGES.items()]
        rows.append(("all", "合计", [sum(group) for group in zip(*ages.values(), strict=True)]))
        return [{"id": id, "name": name, "n": sum(by), "ages": by} for id, name, by in rows]

    def _departments(self) -> list[dict[str, Any]]:
        now = self._state.now
        rows = [
            (-desk.overdue(now), -desk.open, code, desk.within(now, DUE_SOON_MS))
            for code, desk in self._state.desks.items()
        ]
        return [
            {
                "id": code,
                "name": self._profile.label("department", code),
                "overdue": -overdue,
                "soon": soon,
                "open": -held,
            }
            for overdue, held, code, soon in sorted(rows)[:ROWS]
        ]

    def _named(self, one: Standing) -> dict[str, Any]:
        """A row of a list: names and the deadline, nothing that says which case or whose."""
        label = self._profile.label
        return {
            "category": label("category", one.category),
            "district": label("district", one.district),
            "street": label("street", one.street) if one.street else "",
            "department": label("department", one.department),
            "due": one.due,
        }
