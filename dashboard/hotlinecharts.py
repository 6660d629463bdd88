"""The hotline's time series 热线走势: calls, connect rate and service level along a period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dashboard.buckets import Buckets, buckets, step_of
from dashboard.callcounts import CallCounts, by_hour
from dashboard.compared import Compared, unit_of
from dashboard.ledger import Ledger
from dashboard.ledger.callreading import known_days, sums_by_quarter
from dashboard.measures import MEASURES, resolve
from dashboard.profile import Profile
from dashboard.windows import City, Counts, Window, year_of
from layouts.chart.trend import Mark, Series, Trend

RATES: Final = ("calls.connect_rate", "calls.service_level_15s")
QUARTERS: Final = 96
Marks = Callable[[Sequence[tuple[int, int]]], tuple[Mark, ...]]
Row = tuple[Counts | None, ...]


def charts(ledger: Ledger, city: Profile, found: Compared, marks: Marks) -> tuple[Trend, ...]:
    """The charts of a period; `marks` are the 标注 on places of city days."""
    window = found.span.window
    if not found.span.begun:
        return ()
    step = step_of(window)
    base = found.ago if step == "month" else found.base
    axis = buckets(city, window, step)
    now = _counts(ledger, city, axis, window)
    was = _counts(ledger, city, buckets(city, base.window, step), base.window, whole=True)
    happened = marks(axis.days)
    known = known_days(ledger)
    drawn = [_calls(axis, now, was, base.name, happened)]
    drawn += [_rate(city, id, axis, now, was, base.name, happened) for id in RATES]
    if step != "hour" and known is not None:
        drawn.append(_day(ledger, city, window))
    return tuple(drawn)


def _counts(
    ledger: Ledger, city: City, axis: Buckets, window: Window, *, whole: bool = False
) -> Row:
    known = known_days(ledger)
    if axis.step == "hour":
        found: Mapping[str, Counts] = by_hour(ledger, city, window)
    else:
        found = CallCounts().counts(ledger, city, window, axis.step, frozenset())
    return axis.place(found, known, whole=whole)


def _calls(axis: Buckets, now: Row, was: Row, base: str, marks: tuple[Mark, ...]) -> Trend:
    answered, abandoned = _summed(now, "answered"), _summed(now, "abandoned")
    rest = tuple(
        None
        if one is None
        else max(0, one.get("offered", 0) - one.get("answered", 0) - one.get("abandoned", 0))
        for one in now
    )
    series = (
        Series("应答", answered),
        Series("放弃", abandoned, "second"),
        Series("溢出与未了", rest, "rest"),
        Series(f"{base}呼入", _cut(_summed(was, "offered"), len(axis.labels)), "was"),
    )
    return Trend(
        f"{axis.name}呼入",
        axis.labels,
        series,
        partial=axis.partial,
        marks=marks,
        heads=axis.heads,
    )


def _rate(
    city: Profile, id: str, axis: Buckets, now: Row, was: Row, base: str, marks: tuple[Mark, ...]
) -> Trend:
    measure = MEASURES[id]
    choice = city.in_year(year_of(axis.days[0][0]))
    resolved = resolve(id, choice)

    def rates(row: Row) -> tuple[float | None, ...]:
        return tuple(None if one is None else resolved.value(one, 0).value for one in row)

    target = choice.targets.get(id)
    return Trend(
        f"{axis.name}{measure.name}",
        axis.labels,
        (
            Series(measure.name, rates(now)),
            Series(base, _cut(rates(was), len(axis.labels)), "was"),
        ),
        shape="line",
        unit=unit_of(measure),
        target=target.value if target else None,
        partial=axis.partial,
        marks=marks,
        note=measure.variants[resolved.variant].text,
        heads=axis.heads,
    )


def _day(ledger: Ledger, city: City, window: Window) -> Trend:
    """When people call: the mean of each hour of the day over the whole days of the period."""
    end = min(window.end_day, city.day(window.as_of))
    if end <= window.first_day:
        end = window.first_day + 1
    hours: list[Counts] = [{} for _ in range(24)]
    for first, last, offset in _steady(city, window.first_day, end):
        for quarter, counts in sums_by_quarter(ledger, first, last, QUARTERS).items():
            mine = hours[((quarter - offset) % QUARTERS) // 4]
            for name, n in counts.items():
                mine[name] = mine.get(name, 0) + n
    days = end - window.first_day

    def mean(name: str) -> tuple[float | None, ...]:
        return tuple(one.get(name, 0) / days for one in hours)

    labels = tuple(f"{hour} 时" for hour in range(24))
    series = (Series("应答", mean("answered")), Series("放弃", mean("abandoned"), "second"))
    heads = tuple(f"{hour}:00–{hour + 1}:00" for hour in range(24))
    note = f"{days} 个整天的平均每天通数"
    return Trend("一天中的呼入", labels, series, note=note, heads=heads)


def _steady(city: City, first: int, end: int) -> list[tuple[int, int, int]]:
    """Runs of days (first, end, quarters that a city day begins after UTC's) of one offset: a
    clock that is changed begins another."""
    out: list[tuple[int, int, int]] = []
    for day in range(first, end):
        offset = city.day_start(day) // 900_000 - day * QUARTERS
        if out and out[-1][2] == offset:
            out[-1] = (out[-1][0], day + 1, offset)
        else:
            out.append((day, day + 1, offset))
    return out


def _summed(row: Row, name: str) -> tuple[float | None, ...]:
    return tuple(None if one is None else one.get(name, 0) for one in row)


def _cut(values: tuple[float | None, ...], n: int) -> tuple[float | None, ...]:
    """As long as the chart: what it is compared with may have had a day more or less."""
    return (*values, *([None] * n))[:n]
