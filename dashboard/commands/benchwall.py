"""`cityops bench wall` 墙与桌面的性能: the wall and the desk on the shipped server."""

from __future__ import annotations

from dataclasses import asdict

import click

from dashboard.bench import crowd, wall
from dashboard.bench.browser import BrowserMissing
from dashboard.commands.benchshown import (
    Rows,
    as_json_option,
    judged,
    of_city,
    of_days,
    profile_of,
    show,
    tell,
)


@click.command("wall")
@of_city("zhengzhou")
@click.option("--part", type=click.Choice(wall.PARTS), default="all", help="只测一部分 / one part")
@click.option(
    "--frames",
    type=click.IntRange(20),
    default=20_000,
    show_default=True,
    help="长跑的帧数，10 Hz / frames of the soak",
)
@click.option(
    "--samples",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="每个画面测多少帧，1 Hz / frames on each scene",
)
@click.option(
    "--opens",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="每个冷页面打开几次 / times each cold page is opened",
)
@of_days
@as_json_option
def wall_bench(city: str, part: str, machine: bool, **sizes: int) -> None:
    """墙与桌面：长跑、每帧开销、换场景、冷启动、外部请求 / soak, cost of a frame, cold pages."""
    profile_of(city)
    try:
        found = wall.bench(city, part, tell=tell, **sizes)
    except BrowserMissing as missing:
        raise click.ClickException(f"没有测：{missing}") from missing
    tables: list[tuple[str, Rows]] = [
        ("机器负载 / load", [("之前，之后", f"{found.load[0]:.1f}，{found.load[1]:.1f}")])
    ]
    if found.cold:
        tables.append(("冷页面 / cold pages", found.cold.rows()))
    if found.paint:
        title = f"每帧主线程与换场景，{found.paint.frames} 帧 / main thread"
        tables.append((title, found.paint.rows()))
    if found.soak:
        tables.append(("长跑 / soak", found.soak.rows()))
    bars = found.bars()
    show(asdict(found), tables, bars, machine)
    judged(bars)


@click.command("crowd")
@of_city("zhengzhou")
@click.option("--leaders", type=click.IntRange(1, 5_000), default=200, show_default=True)
@click.option("--walls", type=click.IntRange(0, 500), default=5, show_default=True)
@click.option(
    "--seconds",
    type=click.IntRange(5, 86_400),
    default=120,
    show_default=True,
    help="测多少秒",
)
@click.option(
    "--think",
    type=click.FloatRange(0.5),
    default=30.0,
    show_default=True,
    help="每位领导平均多少秒打开一页 / seconds between two pages of one leader",
)
@of_days
@as_json_option
def crowd_bench(
    city: str,
    leaders: int,
    walls: int,
    seconds: int,
    think: float,
    days: int,
    machine: bool,
) -> None:
    """出厂配置：领导看桌面、墙看画面，城市照常 / leaders and walls on the shipped configuration."""
    profile_of(city)
    try:
        found = crowd.bench(city, leaders, walls, seconds, think, days, tell)
    except BrowserMissing as missing:
        raise click.ClickException(f"没有测：{missing}") from missing
    bars = found.bars()
    show(asdict(found), [("出厂配置 / shipped configuration", found.rows())], bars, machine)
    judged(bars)
