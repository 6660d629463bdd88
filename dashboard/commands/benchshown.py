"""How every bench is asked and told 基准的问与答: its options, its tables, its bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
import orjson

from dashboard.bench.bars import Bar, as_json
from dashboard.city import load_profile
from dashboard.tomltable import ProfileError

Rows = Sequence[tuple[str, str | float]]
as_json_option = click.option(
    "--json", "machine", is_flag=True, help="机读结果 / machine-readable, with every figure"
)


def of_city(default: str) -> Callable[[Any], Any]:
    """`--city`: the profile the bench runs with."""
    return click.option(
        "--city", default=default, show_default=True, help="城市档案 / city profile"
    )


of_days = click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=30,
    show_default=True,
    help="台账里模拟多少天 / simulated days in the ledger",
)
"""The history a bench's city starts with."""


def tell(text: str) -> None:
    """What is going on, beside the result."""
    click.echo(text, err=True)


def profile_of(city: str) -> Any:
    try:
        return load_profile(city)
    except ProfileError as error:
        raise click.ClickException(str(error)) from error


def figure(value: float) -> str:
    """Four digits that count, or all of a whole number."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def show(
    figures: dict[str, Any],
    tables: Sequence[tuple[str, Rows]],
    bars: Sequence[Bar],
    machine: bool,
) -> None:
    """The figures for a program, or the tables and bars for people."""
    if machine:
        click.echo(orjson.dumps({**figures, "bars": as_json(bars)}))
        return
    for title, rows in tables:
        click.secho(f"\n{title}", bold=True)
        for name, value in rows:
            click.echo(f"  {name}：{value if isinstance(value, str) else figure(value)}")
    click.secho("\n达标线 / bars", bold=True)
    for bar in bars:
        click.secho(f"  {bar.line}", fg="green" if bar.ok else "red")


def judged(bars: Sequence[Bar]) -> None:
    """Ends with status 1 where a bar was missed."""
    if not all(bar.ok for bar in bars):
        raise SystemExit(1)
