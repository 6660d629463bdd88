"""What the user says about a file of polygons: options of the commands that read one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click

from geo.datum import DATUMS
from geo.reading import Choices


def said_of_file(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--columns`, `--layer`, `--encoding`, `--crs` and `--datum`; passes `choices=` and
    `columns=` instead of them."""

    @functools.wraps(function)
    def run(
        *,
        columns: Sequence[str],
        layer: str | None,
        encoding: str | None,
        crs: str | None,
        datum: str,
        **arguments: Any,
    ) -> Any:
        choices = Choices(layer, encoding, crs, datum)
        return function(choices=choices, columns=_pairs(columns), **arguments)

    command: Callable[..., Any] = run
    for option in (
        click.option(
            "--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True,
            help="经纬度的坐标系；高德、腾讯底图上画的是 gcj02，百度是 bd09",
        ),
        click.option("--crs", help="坐标系，如 EPSG:4490、EPSG:4547；文件自带时不必写"),
        click.option("--encoding", help="属性文字的编码，如 GBK"),
        click.option("--layer", help="GeoPackage 里的图层"),
        click.option(
            "--columns", multiple=True, metavar="名=列,…",
            help="列对照，如 code=BGID,duty_grid=责任网格；可写多次",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def _pairs(given: Sequence[str]) -> dict[str, str]:
    out: dict[str, str] = {}
    for pair in ",".join(given).split(","):
        if not pair.strip():
            continue
        what, sign, column = pair.partition("=")
        if not sign or not what.strip() or not column.strip():
            raise click.UsageError(f"--columns {pair}：应写作 名=列，如 code=BGID")
        out[what.strip()] = column.strip()
    return out
