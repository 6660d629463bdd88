"""What the benchmarks share on the command line: options, and how their figures are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
import orjson

from dashboard.bench.bars import Bar, as_json

Rows = Sequence[tuple[str, str | float]]
as_json_option = click.option(
    "--json", "machine", is_flag=True, help="机读结果 / machine-readable, with every figure"
)


def of_city(default: str) -> Callable[[Any], Any]:
    """`--city`: the profile the bench runs with."""
    return click.option(
        "--city", default=default, show_default=True, help="城市档案 / city profile"
    )


def figure(value: float) -> str:
    """Four digits that count, or all of a whole number."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def show(
    figures: dict[str, Any],
    tables: Sequence[tuple[str, Rows]],
    bars: Sequence[Bar],
    machine: bool,
) -> None:
    """Everything for a program, or tables and bars for a reader."""
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
