"""The life of a simulated case 案卷经历: its steps in time, from what is to become of it.

A story is a list of (instant ms, step or None, fields set). With a horizon (the end of a year)
every step lies before it and the fate is what stands there; without one, cases take their time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from dashboard.profile import Profile
from dashboard.sources.simulator.ground import Ground
from dashboard.sources.simulator.plan import (
    CANCELLED,
    CLOSED_LATE,
    LATE,
    ON_TIME,
    OPEN,
    PASSED_ON,
    REFUSED,
    REJECTED,
    SELF_DONE,
    UNCLOSED,
    UNDISPATCHED,
)
from dashboard.worktime import DAY, HOUR

Step = tuple[int, str | None, dict[str, Any] | None]
MINUTE: Final = 60_000
CHECK_LIMIT: Final = 2 * HOUR
VERIFY_LIMIT: Final = 24 * HOUR

EXPLICIT: Final = 0.85
"""Share of cases whose sender states the deadline; for the others the profile's limits hold."""
RETURNED, REWORKED, POSTPONED, SUSPENDED = 0.03, 0.045, 0.04, 0.006
REOPENED, RESTORED, CORRECTED = 0.003, 0.001, 0.02
SUPERVISED, SUPERVISED_LATE = 0.008, 0.15
SEPARATE_CHECK: Final = 0.6
"""Share of checks sent out as an event of their own."""
REVISITED: Final = 0.6
NEVER: Final = 0.2
"""Share of the cases left open that nobody ever finishes."""


def uniforms(rng: np.random.Generator) -> Callable[[], float]:
    """An endless supply of numbers in [0, 1), drawn in blocks."""

    def supply() -> Iterator[float]:
        while True:
            yield from rng.random(16_384).tolist()

    return supply().__next__


class Stories:
    """Tells the life of cases on one ground; `horizon` is the last instant anything may happen."""

    def __init__(
        self,
        profile: Profile,
        ground: Ground,
        rng: np.random.Generator,
        horizon: int | None = None,
        explicit: float = EXPLICIT,
    ) -> None:
        self._profile = profile
        self._ground = ground
        self._u = uniforms(rng)
        self._horizon = horizon
        self._explicit = explicit
        self._day_start = profile.day_start
        self._day = profile.day
        groups = {name: channel.parent for name, channel in profile.channels.items()}
        self._public = {name for name, group in groups.items() if group == "public"}
        self._patrol = {name for name, group in groups.items() if group == "patrol"}

    def tell(self, at: int, channel: str, fate: int, cell: int, category: str) -> list[Step]:
        """The steps of a case reported at `at`, in the order of time."""
        first = {**self._ground.cells[cell], "category": category, "channel": channel}
        if channel in self._patrol:
            first["collector"] = self._ground.collectors[cell]
        steps: list[Step] = [(at, "report", first)]
        if fate >= SELF_DONE:
            self._handle_oneself(steps, at, fate)
        else:
            self._process(steps, at, channel, fate, cell, category)
        if self._u() < CORRECTED:
            self._correct(steps, category)
        if len(steps) > 2:
            steps.sort(key=_instant)
        return steps

    def _handle_oneself(self, steps: list[Step], at: int, fate: int) -> None:
        """自行处置: the collector puts it right and the case is closed on the spot."""
        steps[0][2].update(self_handled=True, accepted_at=at)  # type: ignore[union-attr]
        done = at + round(MINUTE * (3 + 35 * self._u()))
        if fate == SELF_DONE:
            closed = done + round(MINUTE * (1 + 8 * self._u()))
            steps.append((closed, "close", {"filed_at": done, "disposed_at": done}))
        else:
            steps.append((done, "cancel", None))

    def _process(
        self, steps: list[Step], at: int, channel: str, fate: int, cell: int, category: str
    ) -> None:
        """From acceptance to dispatch; whatever ends earlier ends here."""
        u = self._u
        near_end = self._horizon is not None and at > self._horizon - 2 * DAY
        pace = 0.1 if near_end else 1.0
        t = at
        if fate == REJECTED:
            steps.append((t + round(MINUTE * (1 + 30 * u())), "reject", None))
            return
        if fate == PASSED_ON:  # 审核有效，但不属本系统职责：不予受理，转送其他单位
            t += round(MINUTE * (2 + 20 * u()))
            steps.append((t, "file", None))
            steps.append((t + round(MINUTE * (1 + 10 * u())), "reject", None))
            return
        ends_after = int(u() * 4) if fate == CANCELLED else 9
        if ends_after == 0:
            return self._cancel(steps, t)
        if u() < RESTORED and not near_end:
            steps.append((t + 3 * MINUTE, "cancel", None))
            t += 9 * MINUTE
            steps.append((t, "restore", None))
        t += round(MINUTE * (0.3 + 4 * u()))
        steps.append((t, "accept", None))
        if channel in self._public:
            t = self._verify(steps, t, pace, near_end)
        if ends_after == 1:
            return self._cancel(steps, t)
        t += round(MINUTE * (0.5 + 7 * u()))
        if fate == REFUSED:
            steps.append((t, "refuse", None))
            return
        conditions = self._profile.limit_table.conditions(category)
        condition = conditions[int(u() * len(conditions))] if conditions else None
        steps.append((t, "file", {"condition": condition} if condition else None))
        if ends_after == 2:
            return self._cancel(steps, t)
        if fate == UNDISPATCHED:
            return
        department = self._ground.department(category, cell, u())
        t += round(MINUTE * (1 + 14 * u()))
        if u() < RETURNED and not near_end:  # 非本单位职责，回退后改派
            steps.append((t, "dispatch", {"department": department}))
            t += round(MINUTE * (10 + 80 * u()))
            steps.append((t, "return", {"return_count": 1}))
            department = self._ground.district_department(cell)
            t += round(MINUTE * (1 + 14 * u()))
        due = self._profile.due_at(category, condition, department, t, 0.0)
        self._handle(steps, t, due, fate, department, channel in self._public, ends_after == 3)

    def _verify(self, steps: list[Step], t: int, pace: float, near_end: bool) -> int:
        """核实: what the public reports is looked at before it is filed."""
        sent = t + round(MINUTE * (1 + 10 * self._u()))
        hours = 0.2 + 4.5 * self._u()
        if self._u() < 0.03 and not near_end:
            hours += 24
        done = sent + round(HOUR * hours * pace)
        steps.append((sent, "verify_send", {"verify_due_at": sent + VERIFY_LIMIT}))
        steps.append((done, "verify_done", None))
        return done

    def _cancel(self, steps: list[Step], t: int) -> None:
        steps.append((self._within(t, 5 * MINUTE + round(20 * HOUR * self._u())), "cancel", None))

    def _handle(
        self,
        steps: list[Step],
        t: int,
        limit: int | None,
        fate: int,
        department: str,
        public: bool,
        cancelled: bool,
    ) -> None:
        """From dispatch at `t` to the end; `limit` is the deadline the profile computes."""
        u = self._u
        due = limit if limit is not None else t + DAY
        explicit = limit is None or u() < self._explicit
        if self._horizon is not None:
            left = self._horizon - t
            latest = t + round(left * (0.98 if fate in (ON_TIME, UNCLOSED) else 0.5))
            if due > latest and fate != OPEN:
                due, explicit = latest, True
        given: dict[str, Any] = {"department": department}
        if explicit:
            given["deadline"] = due
        steps.append((t, "dispatch", given))
        if cancelled:
            return self._cancel(steps, t)
        if u() < POSTPONED:
            due = self._postpone(steps, t, due, explicit, fate)
        if fate == OPEN:
            if self._horizon is not None or u() < NEVER:
                return self._stay_open(steps, t, due)
            return self._finish(steps, t, due, LATE, public, round(DAY * (1 + 30 * u() ** 2)))
        self._finish(steps, t, due, fate, public, 0)

    def _postpone(self, steps: list[Step], t: int, due: int, explicit: bool, fate: int) -> int:
        """延期: the deadline moves by one or two days; returns the new one."""
        hours = 24 * (1 + int(2 * self._u()))
        later = due + hours * HOUR
        share = 0.98 if fate in (ON_TIME, UNCLOSED) else 0.5
        if self._horizon is not None and later > t + (self._horizon - t) * share:
            return due
        at = t + round((due - t) * (0.02 + 0.04 * self._u()))
        moved: dict[str, Any] = {"postpone_count": 1, "postponed_h": hours}
        if explicit:
            moved["deadline"] = later
        steps.append((at, "postpone", moved))
        return later

    def _stay_open(self, steps: list[Step], t: int, due: int) -> None:
        """处置中: some suspended 挂账, some supervised 督办, all waiting."""
        u = self._u
        if u() < 0.08:
            steps.append((self._within(t, round((due - t) * u())), "suspend", None))
        if u() < SUPERVISED_LATE:
            at = due + round(6 * HOUR * u())
            if self._horizon is None or at < self._horizon:
                steps.append((at, "supervise", {"supervise_count": 1}))

    def _finish(
        self, steps: list[Step], t: int, due: int, fate: int, public: bool, extra: int
    ) -> None:
        """处置, 核查, 结案: in time or not, as the fate says; `extra` ms later than usual."""
        u = self._u
        span = due - t
        if fate == LATE or (fate == UNCLOSED and u() < 0.15):
            wait = 10 * MINUTE + round(-math.log(1 - u()) * (0.5 * span + HOUR)) + extra
            disposed = self._within(due, wait, 0.6)
        elif fate == CLOSED_LATE:
            disposed = t + round(span * (0.9 + 0.09 * u()))
        else:
            disposed = self._by_day(t + round(span * (0.06 + 0.62 * u())), t, t + span * 4 // 5)
        room = due - disposed if fate == ON_TIME else 1 << 60
        if self._horizon is not None:
            room = min(room, self._horizon - disposed)
        if u() < SUSPENDED:
            steps.append((t + (disposed - t) // 5, "suspend", None))
            steps.append((t + (disposed - t) // 2, "resume", None))
        if u() < (SUPERVISED_LATE if fate == LATE else SUPERVISED):
            at = t + round((disposed - t) * (0.8 + 0.15 * u()))
            steps.append((at, "supervise", {"supervise_count": 1}))
        if u() < REWORKED:
            self._rework(steps, t, disposed)
        steps.append((disposed, "dispose", None))
        sent = disposed + min(round(MINUTE * (2 + 20 * u())), room // 10)
        wait = round(MINUTE * (8 + 100 * u()))
        if u() < self._profile.simulation.late_checks and room > 8 * HOUR:
            wait += CHECK_LIMIT
        checked = sent + min(wait, room * 2 // 5)
        check: dict[str, Any] = {"check_due_at": sent + CHECK_LIMIT}
        if u() < SEPARATE_CHECK:
            steps.append((sent, "check_send", check))
            steps.append((checked, "check_pass", None))
        elif fate != UNCLOSED or u() < 0.3:
            steps.append((checked, "check_pass", {"check_sent_at": sent, **check}))
        if fate != UNCLOSED:
            self._close(steps, checked, due, fate, room, public)

    def _rework(self, steps: list[Step], t: int, disposed: int) -> None:
        """返工: a first disposal that the check does not accept."""
        span = disposed - t
        tried = t + round(span * (0.3 + 0.2 * self._u()))
        sent = tried + span // 20
        failed = sent + min(span // 13, 100 * MINUTE)
        steps.append((tried, "dispose", None))
        steps.append((sent, "check_send", {"check_due_at": sent + CHECK_LIMIT}))
        steps.append((failed, "check_fail", {"rework_count": 1}))

    def _close(
        self, steps: list[Step], checked: int, due: int, fate: int, room: int, public: bool
    ) -> None:
        u = self._u
        closed = checked + min(round(MINUTE * (2 + 35 * u())), room * 2 // 5)
        if fate == CLOSED_LATE:
            closed = self._within(max(due, closed), round(MINUTE * (3 + 300 * u())))
        if u() < REOPENED and closed - checked > 3 * MINUTE:
            third = (closed - checked) // 3
            steps.append((checked + third, "close", None))
            steps.append((checked + 2 * third, "reopen", None))
        steps.append((closed, "close", None))
        if public and u() < REVISITED:
            at = self._within(closed, round(HOUR * (1 + 40 * u())))
            mark = u()
            satisfaction = 5 if mark < 0.58 else 4 if mark < 0.9 else 3 if mark < 0.96 else 2
            steps.append((at, "revisit", {"satisfaction": satisfaction}))

    def _correct(self, steps: list[Step], category: str) -> None:
        """更正: the place was another one, or (with a stated deadline) the category."""
        u = self._u
        last = steps[-1][0]
        at = steps[0][0] + round((last - steps[0][0]) * u()) + 1000
        at = min(at, last)
        stated = any(given and "deadline" in given for _, _, given in steps)
        if stated and u() < 0.4:
            categories = self._ground.categories
            steps.append((at, None, {"category": categories[int(u() * len(categories))]}))
        else:
            cells = self._ground.cells
            steps.append((at, None, dict(cells[int(u() * len(cells))])))

    def _within(self, t: int, wait: int, share: float = 0.9) -> int:
        """`wait` ms after `t`, or the given share of what is left before the horizon."""
        if self._horizon is None:
            return t + wait
        return t + min(wait, round((self._horizon - t) * share * (0.5 + 0.5 * self._u())))

    def _by_day(self, t: int, low: int, high: int) -> int:
        """Moves a disposal at night to the next morning or the evening before, within bounds."""
        start = self._day_start(self._day(t))
        clock = t - start
        if 390 * MINUTE <= clock < 22 * HOUR:
            return t
        dawn = start + 390 * MINUTE + (DAY if clock >= 22 * HOUR else 0)
        morning = dawn + round(100 * MINUTE * self._u())
        if morning < high:
            return morning
        evening = dawn - 9 * HOUR - round(60 * MINUTE * self._u())
        return evening if evening > low else t


def _instant(step: Step) -> int:
    return step[0]
