"""`--year`, `--from/--to`, `--day` and `--as-of` 期间: the window options commands share."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import click

from dashboard.events import LATEST, Rejected, instant
from dashboard.windows import City, Window, window, year_window


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
    try:
        latest = now if as_of is None else instant(as_of, "--as-of", LATEST)
    except Rejected as error:
        raise click.UsageError(str(error)) from error
    if year is not None:
        return year_window(city, year, latest)
    if day is not None:
        return window(city, _date("--day", day), _date("--day", day), latest)
    if from_ is None or to is None:
        raise click.UsageError("--from 与 --to 须同时给出")
    first, last = _date("--from", from_), _date("--to", to)
    if last < first:
        raise click.UsageError(f"--to {to} 早于 --from {from_}")
    return window(city, first, last, latest)


def _date(option: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{option} {text}：应为日期 YYYY-MM-DD") from None
