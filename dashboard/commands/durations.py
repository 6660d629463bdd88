"""Durations on the command line 时长: `30s`, `5m`, `24h`, `2d`."""

from __future__ import annotations

import re
from datetime import timedelta

import click

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Duration(click.ParamType[timedelta]):
    """A whole number with a unit → `timedelta`, at least `least`."""

    name = "duration"

    def __init__(self, least: timedelta = timedelta(0)) -> None:
        self._least = least

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([smhd])", str(value).strip())
        if not found:
            self.fail(f"{value!r}，应为数字加单位，如 30s、5m、24h、2d", param, ctx)
        duration = timedelta(**{_UNITS[found[2]]: int(found[1])})
        if duration < self._least:
            self.fail(f"{value!r}，应不短于 {self._least}", param, ctx)
        return duration
