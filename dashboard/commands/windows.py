"""`--year`, `--from/--to`, `--day` and `--as-of` 期间: the window options commands share."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import click

from dashboard.events import LATEST, Rejected, instant
from dashboard.reckoning import City, Window

_EPOCH = datetime.date(1970, 1, 1)


def windowed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the window options; the command gets year, from_, to, day and as_of as texts."""
    for option in (
        click.option("--as-of", help="截至时刻（RFC 3339）；缺省为期末与现在的较早者"),
        click.option("--day", help="某日 YYYY-MM-DD"),
        click.option("--to", help="止日 YYYY-MM-DD（含）"),
        click.option("--from", "from_", help="起日 YYYY-MM-DD"),
        click.option("--year", type=click.IntRange(2000, 2099), help="年度"),
    ):
        function = option(function)
    return function


def window_of(
    city: City,
    now: int,
    year: int | None,
    from_: str | None,
    to: str | None,
    day: str | None,
    as_of: str | None = None,
) -> Window:
    """The window meant by exactly one of --year, --from/--to, --day; `now` is epoch ms."""
    if [year is not None, from_ is not None or to is not None, day is not None].count(True) != 1:
        raise click.UsageError("期间：--year、--from 与 --to、--day 三者选一")
    if year is not None:
        first, end = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    elif day is not None:
        first = _date("--day", day)
        end = first + datetime.timedelta(days=1)
    else:
        if from_ is None or to is None:
            raise click.UsageError("--from 与 --to 须同时给出")
        first, end = _date("--from", from_), _date("--to", to) + datetime.timedelta(days=1)
        if end <= first:
            raise click.UsageError(f"--to {to} 早于 --from {from_}")
    first_day, end_day = (first - _EPOCH).days, (end - _EPOCH).days
    latest = min(city.day_start(end_day), now)
    if as_of is not None:
        try:
            latest = min(instant(as_of, "--as-of", LATEST), city.day_start(end_day))
        except Rejected as error:
            raise click.UsageError(str(error)) from error
    return Window(first_day, end_day, latest)


def _date(option: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{option} {text}：应为日期 YYYY-MM-DD") from None
