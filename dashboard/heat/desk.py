"""The worker's heat desk 热力台: loads what is wanted, moves it by changes and time, announces it.

Every vector that somebody wants is kept in memory, some minutes longer than it is wanted; a new one
is read from the ledger between two batches, one a turn, so that frames keep coming.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
import orjson

from dashboard import cases as c
from dashboard.cases import Row
from dashboard.cityparts import RepeatRule
from dashboard.heat.ground import Ground
from dashboard.heat.keys import DEFAULT, HOUR_MS, MEASURES, Key, UnknownKey, read_key
from dashboard.heat.moving import Moving, Vector
from dashboard.heat.painting import REPEATS, Painting
from dashboard.heat.repeats import Repeat, Repeats
from dashboard.heat.spells import City, Counting, Spell, Windows, countings
from dashboard.livestate.news import Item, newest_step
from dashboard.tally import Change
from dashboard.terms import STEPS

POLL_MS: Final = 500
TICK_MS: Final = 1_000
"""How often wishes are read, and changes told at most."""
WANTED_MS: Final = 60_000
KEPT_MS: Final = 15 * 60_000
"""A wish holds so long without renewal; a vector stays so much longer."""
WHOLE_MS: Final = 30_000
"""Whole vectors are stored this often while they change, besides when asked for."""
BATCH_MAX: Final = 5_000
"""Above so many changed records at once it is cheaper to load anew."""
POINTS_MAX: Final = 20
POINT_AGE_MS: Final = 10 * 60_000

Base = tuple[str, str]
"""(measure, window)"""


class HeatHistory(Protocol):
    """What the ledger can tell: values of records, the first three code, lon, lat of the place."""

    def since(self, columns: Sequence[str], by: str, start: int) -> Iterable[tuple[Any, ...]]: ...
    def unfinished(self, columns: Sequence[str], now: int) -> Iterable[tuple[Any, ...]]: ...


class Post(Protocol):
    """Where vectors go; `heatbus.HeatPost` is one."""

    def asked(self) -> tuple[Mapping[str, str], set[str]]: ...
    def forget(self, keys: Iterable[str]) -> None: ...
    def announce(
        self,
        whole: Mapping[str, bytes],
        deltas: Sequence[tuple[str, bytes]],
        seqs: Mapping[str, int],
    ) -> None: ...


class Names(City, Protocol):
    """A city profile, as far as the map is concerned."""

    def label(self, dimension: str, code: str | None) -> str: ...


class HeatDesk:
    """Call `turn` often, `apply` for each committed batch, `reset` when the ledger was reloaded."""

    def __init__(
        self, city: Names, ground: Ground, history: HeatHistory, post: Post, rule: RepeatRule
    ) -> None:
        self.ground, self._city = ground, city
        self._history, self._post, self._rule = history, post, rule
        self._countings = countings(city)
        self._windows = Windows(city)
        self._bases: dict[Base, Moving] = {}
        self._paintings: dict[Key, Painting] = {}
        self._repeats: Repeats | None = None
        self._words: dict[str, tuple[str, int]] = {}  # wish → (word, when it was new)
        self._used: dict[Base, int] = {}
        self._asked: set[Key] = set()
        self._points: list[tuple[Item, Row]] = []
        self._polled_at = self._told_at = self._whole_at = 0

    def reset(self) -> None:
        """Forgets the vectors, not what was told of them: the next deltas lead on from there."""
        self._bases.clear()
        self._repeats = None
        self._points.clear()

    # -- changes

    def apply(self, changes: Sequence[Change]) -> None:
        """Moves everything over a committed batch."""
        if len(changes) > BATCH_MAX:
            self.reset()
            return
        for _, old, new in changes:
            self._put_point(old, new)
        for measure in {measure for measure, _ in self._bases}:
            mine = [(w, v) for (m, w), v in self._bases.items() if m == measure]
            counting = self._countings[measure]
            for _, old, new in changes:
                self._move(counting, mine, old, new)
        if self._repeats is not None:
            for _, old, new in changes:
                if old is not None:
                    self._put_report(self._repeats, old, -1)
                self._put_report(self._repeats, new, 1)

    def _move(
        self, counting: Counting, mine: list[tuple[str, Moving]], old: Row | None, new: Row
    ) -> None:
        before = None if old is None else (counting.values(old), _where(old))
        after = (counting.values(new), _where(new))
        if before == after:
            return
        for found, sign in ((before, -1), (after, 1)):
            if found is None:
                continue
            values, where = found
            place = -1
            for window, vector in mine:
                for spell in counting.spells(self._windows, window, values):
                    place = self.ground.place(*where) if place < 0 else place
                    vector.add(place, spell, sign)

    def _put_report(self, repeats: Repeats, row: Row, sign: int) -> None:
        for at, *_ in self._countings["reported"].instants(self._reported(row)):
            place = self.ground.place(*_where(row))
            if place < len(self.ground):
                repeats.put(at, place, row[c.CATEGORY], sign)

    def _reported(self, row: Row) -> tuple[Any, ...]:
        return self._countings["reported"].values(row)

    def _put_point(self, old: Row | None, new: Row) -> None:
        item = newest_step(new)
        if item is not None and (old is None or newest_step(old) != item):
            self._points.append((item, new))

    # -- time

    def turn(self, now: int) -> None:
        """Hears wishes, loads one vector if one is missing, tells what changed."""
        if now - self._polled_at >= POLL_MS or now < self._polled_at:
            self._polled_at = now
            self._hear(now)
        missing = next((key for key in self._wanted() if key.base not in self._bases), None)
        if missing is not None:
            self._load(missing.base, now)
        elif self._repeats is None:
            self._repeats = self._load_repeats(now)
        if missing is not None or self._asked or now - self._told_at >= TICK_MS:
            self._told_at = now
            self._tell(now)

    def _wanted(self) -> list[Key]:
        return [DEFAULT, *(read_key(text) for text in self._words if text != str(DEFAULT))]

    def _hear(self, now: int) -> None:
        wishes, asked = self._post.asked()
        old = []
        for text, word in wishes.items():
            try:
                read_key(text)
            except UnknownKey:
                old.append(text)
                continue
            known = self._words.get(text)
            if known is None or known[0] != word:
                self._words[text] = (word, now)
            elif now - known[1] > WANTED_MS:
                old.append(text)
        if old:
            self._post.forget(old)
        for text in [t for t in self._words if t in old or t not in wishes]:
            del self._words[text]
        for key in self._wanted():
            self._used[key.base] = now
        for base, at in list(self._used.items()):
            if now - at > KEPT_MS:
                del self._used[base]
                self._bases.pop(base, None)
        self._asked |= {key for key in self._wanted() if str(key) in asked}

    def _load(self, base: Base, now: int) -> None:
        measure, window = base
        counting = self._countings[measure]
        if counting.by:
            start = self._windows.since(window, now)
            rows = self._history.since(counting.columns, counting.by, start)
        else:
            rows = self._history.unfinished(counting.columns, now)
        rate = MEASURES[measure].kind == "rate"
        spells = self._placed(rows, counting, window)
        self._bases[base] = Moving(self.ground.places, now, rate, spells)

    def _placed(
        self, rows: Iterable[tuple[Any, ...]], counting: Counting, window: str
    ) -> Iterator[tuple[int, Spell]]:
        """(place, spell) of records; those to be found by coordinates all at once."""
        place, spells, windows = self.ground.place, counting.spells, self._windows
        by_point: list[tuple[float, float, Spell]] = []
        known = self.ground.index
        for row in rows:
            code, lon, lat = row[:3]
            for spell in spells(windows, window, row[3:]):
                found = known.get(code)
                if found is not None:
                    yield found, spell
                elif lon is None or lat is None:
                    yield place(code, None, None), spell
                else:
                    by_point.append((lon, lat, spell))
        if by_point:
            lon, lat = (np.array([one[i] for one in by_point]) for i in (0, 1))
            cells = self.ground.find(lon, lat).tolist()
            yield from zip(cells, (one[2] for one in by_point), strict=True)

    def _load_repeats(self, now: int) -> Repeats:
        repeats = Repeats(self._rule, now)
        counting = self._countings["reported"]
        columns = ("category", *counting.columns)
        start = now - self._rule.days * 24 * HOUR_MS
        for code, _, _, category, *values in self._history.since(columns, counting.by, start):
            place = self.ground.index.get(code)
            if place is not None and category:
                for at, *_ in counting.instants(tuple(values)):
                    repeats.put(at, place, category, 1)
        return repeats

    # -- telling

    def _tell(self, now: int) -> None:
        whole: dict[str, bytes] = {}
        deltas: list[tuple[str, bytes]] = []
        seqs: dict[str, int] = {}
        repeats = self._repeats
        if repeats is not None:
            repeats.advance(now)
        for vector in self._bases.values():
            vector.advance(now)
        renew = now - self._whole_at >= WHOLE_MS
        if renew:
            self._whole_at = now
        for key in self._wanted():
            found = self._bases.get(key.base)
            if found is None:
                continue
            painting = self._paintings.get(key)
            if painting is None:
                painting = self._paintings[key] = Painting(key, self.ground, self._city)
                self._asked.add(key)
            delta = painting.delta(found, repeats, now)
            if delta is not None:
                deltas.append((str(key), delta))
                seqs[str(key)] = painting.seq
            if key in self._asked or (renew and painting.unsaved):
                whole[str(key)] = painting.whole()
        self._asked.clear()
        points = self._take_points(now)
        if points:
            deltas.append(("points", orjson.dumps(points)))
        if whole or deltas:
            self._post.announce(whole, deltas, seqs)

    def _take_points(self, now: int) -> list[dict[str, Any]]:
        """The newest of the tick; a case that could not be placed has no point."""
        found, self._points = self._points, []
        recent = [(item, row) for item, row in found if now - item.at < POINT_AGE_MS]
        recent.sort(key=lambda one: one[0].at, reverse=True)
        points = []
        for item, row in recent[:POINTS_MAX]:
            place = self.ground.place(*_where(row))
            lon, lat = row[c.LON], row[c.LAT]
            if lon is None or lat is None:
                if place >= len(self.ground):
                    continue
                lon, lat = self.ground.centres[place].tolist()
            points.append(
                {
                    "lon": round(lon, 5),
                    "lat": round(lat, 5),
                    "i": place if place < len(self.ground) else -1,
                    "at": item.at,
                    "category": self._city.label("category", item.category),
                    "step": STEPS[item.step],
                }
            )
        return points

    def counts(self) -> dict[str, tuple[Vector, Vector | None]]:
        """Copies of all that is kept now: `measure.window` → numerators, denominators of rates."""
        return {
            ".".join(base): (one.num.copy(), None if one.den is None else one.den.copy())
            for base, one in self._bases.items()
        }

    @property
    def worst(self) -> list[Repeat]:
        """顽疾点位 as they are told now."""
        return [] if self._repeats is None else self._repeats.worst(REPEATS)

    @property
    def told_at(self) -> int:
        """When changes were told last, epoch ms."""
        return self._told_at

    @property
    def loaded(self) -> list[Base]:
        """(measure, window) of every vector kept now."""
        return list(self._bases)

    def values(self, key: Key) -> Vector | None:
        """The values of a key now, for tests and benches; None when it is not loaded."""
        found = self._bases.get(key.base)
        if found is None:
            return None
        return self.ground.values(found, key.level)


def _where(row: Row) -> tuple[str | None, float | None, float | None]:
    return row[c.UNIT_CELL], row[c.LON], row[c.LAT]
