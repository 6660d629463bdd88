"""`cityops bench burst | failover | coldstart`: what the line survives, and how fast it is back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from dashboard.bench import burst, coldstart, failover
from dashboard.commands.benchshown import as_json_option, of_city, show


@click.command("burst")
@of_city("zhengzhou")
@click.option("--events", type=click.IntRange(1), default=100_000, show_default=True, help="事件数")
@click.option(
    "--seconds", type=click.FloatRange(0.1), default=10.0, show_default=True, help="在几秒之内送完"
)
@as_json_option
def burst_of_events(city: str, events: int, seconds: float, machine: bool) -> None:
    """突发：这么多事件几秒内到来，都入账，多久追平 / a burst of events, all counted."""
    found = burst.bench(city, events, seconds)
    show(asdict(found), [("突发 / burst", found.rows())], found.bars(), machine)


@click.command("failover")
@of_city("zhengzhou")
@as_json_option
def redis_failover(city: str, machine: bool) -> None:
    """哨兵换主：杀掉 Redis 主节点，到墙上又有画面 / a Redis fail-over by Sentinel."""
    found = failover.bench(city)
    show(asdict(found), [("哨兵换主 / fail-over", found.rows())], found.bars(), machine)


@click.command("coldstart")
@of_city("nanyang")
@click.option("--year", "of_year", type=int, default=2021, show_default=True, help="年份")
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="事件文件"
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="数据目录；已有台账就直接用 / where the ledger is or will be kept",
)
@as_json_option
def cold_start(
    city: str, of_year: int, file: Path | None, folder: Path | None, machine: bool
) -> None:
    """冷启动：全年台账，从什么都没跑到墙上有数 / from nothing running to a wall with figures."""
    found = coldstart.bench(city, of_year, file, folder)
    show(
        asdict(found),
        [(f"{city} {of_year} 冷启动 / cold start", found.rows())],
        found.bars(),
        machine,
    )


COMMANDS: Sequence[click.Command] = (burst_of_events, redis_failover, cold_start)
