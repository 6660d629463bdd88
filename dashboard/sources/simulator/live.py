"""The simulated city as time passes 实时模拟: its past on demand, then what happens now.

The clock comes in by argument. Cases open at the moment the stream starts go on: the first event of
each carries all its fields so far, so a ledger that never saw it before has it whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

from dashboard.cases import FIELDS, STEPS
from dashboard.profile import Profile
from dashboard.sources.simulator.flow import Case, Flow, folded
from dashboard.sources.simulator.gridded import GridCells
from dashboard.sources.simulator.ground import Ground
from dashboard.sources.simulator.post import Delivery
from dashboard.worktime import DAY

Event = dict[str, Any]

BACKLOG_DAYS: Final = 14
"""How far back cases are looked for that may still be open."""
BACKLOG_DAYS_SQUEEZED: Final = 4
OPEN_CASES: Final = 5_000
"""Above about this many open cases their lives are shortened instead."""
LIFE_S: Final = 130_000
SAMPLE: Final = 20_000
WRITES: Final = {
    step: tuple((FIELDS[index], sets) for index, sets in fields) for step, fields in STEPS.items()
}


class LiveCity:
    """A simulated city with a place in time; call `history` or `resume` first, then `due`.

    `rate` is in events per second on average over the day and week; None is the city's own. A
    higher rate adds a second flow to the city's own cases, a lower one thins it out. `grid`: cells
    of a real grid for cases to happen in, else the city makes its own.
    """

    def __init__(
        self,
        profile: Profile,
        seed: int = 1,
        rate: float | None = None,
        flat: bool = False,
        grid: GridCells | None = None,
    ) -> None:
        ground = Ground(profile, grid)
        own = profile.simulation.cases_per_day
        flow = Flow(profile, ground, seed, own, flat=flat)
        events = events_per_case(flow, profile)
        wanted = own if rate is None else rate * 86_400 / events
        self.events_per_s = wanted * events / 86_400
        self._flows = [(flow, BACKLOG_DAYS * DAY)] if wanted >= own else []
        rest = wanted - own if wanted > own else wanted if wanted < own else 0.0
        if rest > 0:
            squeeze = max(1.0, rest / 86_400 * LIFE_S / OPEN_CASES)
            other = Flow(profile, ground, seed, rest, "R", squeeze, flat)
            days = BACKLOG_DAYS if squeeze == 1 else BACKLOG_DAYS_SQUEEZED
            self._flows.append((other, round(days / squeeze * DAY)))
        self._day_start, self._day = profile.day_start, profile.day
        self._pending: list[Delivery] = []
        """What is still to arrive, the next at the end once `_sorted`."""
        self._sorted = True
        self._number = count()
        self._blocks: list[tuple[Flow, Iterator[tuple[int, int, int]], tuple[int, int, int]]] = []

    def history(self, first_day: int, now_ms: int) -> Iterator[Event]:
        """Every event from the city day `first_day` on that has arrived by `now_ms`, in order."""
        self._begin(self._day_start(first_day), now_ms, since=None)
        while True:
            edge = min((block[0] for _, _, block in self._blocks), default=now_ms)
            until = min(edge - 1, now_ms)
            yield from self._arrived(until)
            if edge > now_ms:
                return
            self._advance(edge)

    def records(self, first_day: int, now_ms: int, end_day: int | None = None) -> Iterator[Event]:
        """What `history` amounts to, an eighth as long: each case in one event, all its fields;
        with `end_day` only the cases reported before it."""
        for flow, _ in self._flows:
            for start, day, number in flow.blocks(self._day_start(first_day)):
                if start > now_ms or (end_day is not None and day >= end_day):
                    break
                for case in flow.cases(day, number):
                    arrived = [event for at, _, event in case.deliveries if at <= now_ms]
                    if arrived:
                        yield _record(arrived)

    def resume(self, since_ms: int) -> None:
        """Take up the stream where everything up to `since_ms` has been delivered."""
        for flow, backlog_ms in self._flows:
            for start, day, number in flow.blocks(since_ms - backlog_ms):
                if start > since_ms:
                    break
                for case in flow.cases(day, number):
                    self._take_up(case, since_ms)
        self._begin(since_ms + 1, since_ms, since=since_ms)

    def due(self, now_ms: int) -> list[Event]:
        """The events that have arrived since the last call, in the order of arrival."""
        self._advance(now_ms)
        return list(self._arrived(now_ms))

    def _begin(self, from_ms: int, now_ms: int, since: int | None) -> None:
        """Set every flow at its first block from `from_ms` on (after the one of `since`)."""
        self._blocks = []
        for flow, _ in self._flows:
            blocks = flow.blocks(from_ms)
            block = next(blocks)
            while since is not None and block[0] <= since:
                block = next(blocks)
            self._blocks.append((flow, blocks, block))

    def _advance(self, now_ms: int) -> None:
        """Make the blocks that have begun by `now_ms`."""
        for index, (flow, blocks, block) in enumerate(self._blocks):
            while block[0] <= now_ms:
                for case in flow.cases(block[1], block[2]):
                    for arrives, _, event in case.deliveries:
                        self._pending.append((arrives, next(self._number), event))
                self._sorted = False
                block = next(blocks)
            self._blocks[index] = (flow, blocks, block)

    def _take_up(self, case: Case, since_ms: int) -> None:
        """Keep what is still to come of a case; its first event brings the whole record."""
        if case.deliveries[-1][0] <= since_ms:
            return
        whole = case.deliveries[0][0] <= since_ms
        for arrives, _, event in case.deliveries:
            if arrives <= since_ms:
                continue
            if whole:
                event, whole = _whole(case, event), False
            self._pending.append((arrives, next(self._number), event))
            self._sorted = False

    def _arrived(self, now_ms: int) -> Iterator[Event]:
        pending = self._pending
        if not self._sorted:
            pending.sort(reverse=True)
            self._sorted = True
        while pending and pending[-1][0] <= now_ms:
            yield pending.pop()[2]


def _whole(case: Case, event: Event) -> Event:
    """The event with every field the case's earlier events have written."""
    earlier = {e["rev"]: e for _, _, e in case.deliveries if e["rev"] < event["rev"]}
    fields = folded([earlier[rev] for rev in sorted(earlier)], WRITES)
    fields.update(event.get("set", {}))
    for name, _ in WRITES.get(event.get("step", ""), ()):
        if name not in event.get("set", {}):
            fields.pop(name, None)
    return {**event, "id": f"{event['id']}w", "set": fields}


def _record(arrived: list[Event]) -> Event:
    """One event that says what several of one case say together."""
    by_rev = {event["rev"]: event for event in arrived}
    revs = sorted(by_rev)
    fields = folded([by_rev[rev] for rev in revs], WRITES)
    last = {name: value for name, value in by_rev[revs[-1]].items() if name != "step"}
    told = {name: value for name, value in fields.items() if value is not None}
    sender = by_rev[revs[0]]["sent_by"]  # who found the case: that source has been heard
    return {**last, "id": f"{last['id']}r", "sent_by": sender, "set": told}


def events_per_case(flow: Flow, profile: Profile) -> float:
    """The average number of events a case of the flow sends, from a fixed sample."""
    cases, events = 0, 0
    for _, day, number in flow.blocks(profile.day_start(SAMPLE)):
        for case in flow.cases(day, number):
            cases, events = cases + 1, events + len(case.deliveries)
        if cases > 1000 or day > SAMPLE + 20:
            break
    return events / max(1, cases)


def history(profile: Profile, first_day: int, now_ms: int, seed: int = 1) -> Iterator[Event]:
    """Plausible days from the city day `first_day` until now, at the city's own rate."""
    return LiveCity(profile, seed).history(first_day, now_ms)


def live_events(
    profile: Profile,
    now: Callable[[], int],
    rate: float | None = None,
    seed: int = 1,
    since_ms: int | None = None,
    flat: bool = False,
) -> Iterator[list[Event]]:
    """Endless: each turn gives what has arrived since the last one by the clock `now` (ms).

    `since_ms`: until when `history` with the same seed has delivered; the start if not given.
    """
    city = LiveCity(profile, seed, rate, flat)
    city.resume(now() if since_ms is None else since_ms)
    while True:
        yield city.due(now())
