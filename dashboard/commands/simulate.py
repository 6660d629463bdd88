"""`cityops simulate year | history | live` 模拟数据: event lines of a simulated city."""

from __future__ import annotations

import gzip
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
import orjson
from tqdm import tqdm  # type: ignore[import-untyped]

from dashboard.city import Profile, load_profile
from dashboard.commands.configured import configured
from dashboard.config import Config
from dashboard.sources.simulator import (
    WHAT,
    LiveTown,
    SimulationError,
    call_lines,
    platform_lines,
    year_lines,
)
from dashboard.sources.simulator.town import Stream

TICK_S = 0.1
HISTORY_BATCH = 5_000
SEED = click.option(
    "--seed", type=click.IntRange(0, 2**32), default=1, show_default=True, help="同一种子，同一结果"
)
OUT = click.option(
    "--out",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    show_default=True,
    help="输出文件，.gz 则压缩，- 为标准输出",
)
Write = Callable[[Iterable[bytes]], None]
YEAR_WHAT = {
    "cases": "案件",
    "calls": "话务与 12345 工单",
    "agents": "坐席状态（每通电话四条，量大）",
    "platform": "平台探测、中断、维护、工单",
}


def what_option(known: Iterable[str], default: str) -> Callable[..., Any]:
    """`--what`: some of the known parts, separated by commas; None if it is not given."""
    names = tuple(known)

    def read(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
        words = None if value is None else tuple(value.split(","))
        for word in words or ():
            if word not in names:
                raise click.BadParameter(f"{word!r}：应为 {'、'.join(names)} 中的几项，逗号分隔")
        return words

    text = f"哪些：{'、'.join(names)}，逗号分隔；缺省{default}"
    return click.option("--what", callback=read, help=text)


@click.group("simulate")
def command() -> None:
    """模拟数据：全年（与公布的总数完全一致）、近日、实时。"""


@command.command("year")
@configured("city", "profile")
@click.option("--year", type=click.IntRange(2000, 2099), required=True, help="年度")
@what_option(YEAR_WHAT, "案件，以及档案列有该年热线数、平台数的话务与平台")
@SEED
@OUT
def whole_year(
    config: Config, year: int, what: tuple[str, ...] | None, seed: int, out: str
) -> None:
    """一个像样的全年，其指标与城市档案所列公布数完全一致；各部分依次，各按送达先后输出。"""
    profile = load_profile(config.profile_source)
    started = time.monotonic()
    written = 0
    parts = what or usual_parts(profile, year)
    title = f"{profile.name} {year}"
    try:
        with (
            open_out(out) as write,
            tqdm(disable=None, total=366 * len(set(parts)), unit="天", desc=title) as bar,
        ):
            for lines in year_of(profile, year, parts, seed):
                write(lines)
                written += len(lines)
                bar.update()
    except SimulationError as error:
        raise click.ClickException(f"城市档案的年度总数不全或互相矛盾：{error}") from error
    took = time.monotonic() - started
    click.echo(f"{written:,} 个事件，{took:.1f} 秒 → {out}", err=True)


def usual_parts(profile: Profile, year: int) -> tuple[str, ...]:
    """The parts of a year that the profile has figures of; cases always."""
    totals = profile.years.get(year)
    calls = ("calls",) if totals and totals.hotline else ()
    platform = ("platform",) if totals and totals.platform else ()
    return ("cases", *calls, *platform)


def year_of(profile: Profile, year: int, what: Iterable[str], seed: int) -> Iterator[list[bytes]]:
    """The lines of each part in turn, a day's arrivals at a time."""
    if "cases" in what:
        yield from year_lines(profile, year, seed)
    if "calls" in what or "agents" in what:
        yield from call_lines(profile, year, seed, with_agents="agents" in what)
    if "platform" in what:
        yield from platform_lines(profile, year, seed)


@command.command("history")
@configured("city", "profile")
@click.option("--days", type=click.IntRange(1, 400), default=35, show_default=True, help="近多少天")
@what_option(WHAT, "城市档案有的全部")
@SEED
@OUT
def recent_days(
    config: Config, days: int, what: tuple[str, ...] | None, seed: int, out: str
) -> None:
    """到此刻为止的近若干天；同一种子的 `simulate live` 从这里接着走。"""
    profile = load_profile(config.profile_source)
    now = _now()
    batch: list[bytes] = []
    town = LiveTown(profile, seed, what=what or WHAT)
    with open_out(out) as write:
        for event in town.history(profile.day(now) - days + 1, now):
            batch.append(orjson.dumps(event))
            if len(batch) >= HISTORY_BATCH:
                write(batch)
                batch = []
        write(batch)


@command.command("live")
@configured("city", "profile")
@click.option(
    "--rate",
    type=click.FloatRange(0, 20_000, min_open=True),
    help="平均每秒多少个案件事件；缺省为城市档案的日均案件数",
)
@click.option("--seconds", type=click.FloatRange(0), help="多少秒后结束；缺省不结束")
@click.option("--flat", is_flag=True, help="案件不分昼夜、不分平日假日")
@what_option(WHAT, "城市档案有的全部")
@SEED
@OUT
def as_time_passes(
    config: Config,
    rate: float | None,
    seconds: float | None,
    flat: bool,
    what: tuple[str, ...] | None,
    seed: int,
    out: str,
) -> None:
    """随时间发生的事件：有日周节律、高发点位、排队与短时中断，也有迟到、重复和更正。"""
    profile = load_profile(config.profile_source)
    town = LiveTown(profile, seed, rate, flat, what=what or WHAT)
    with open_out(out) as write:
        run_live(town, write, seconds, _now, time.sleep)


def run_live(
    town: Stream,
    write: Write,
    seconds: float | None,
    now: Callable[[], int],
    sleep: Callable[[float], None],
) -> None:
    """Hands what has arrived to `write` ten times a second, for `seconds` or without end."""
    end = None if seconds is None else now() + seconds * 1000
    town.resume(now())
    while True:
        write([orjson.dumps(event) for event in town.due(now())])
        if end is not None and now() >= end:
            return
        sleep(TICK_S)


@contextmanager
def open_out(path: str) -> Iterator[Write]:
    """Takes event lines to standard output, or to a file that appears when it is complete.

    The same lines make the same bytes: no name and no time in the gzip header. A reader that stops
    listening ends the command quietly.
    """
    if path == "-":
        try:
            yield _writer(sys.stdout.buffer)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    target = Path(path)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as raw:
            if target.suffix == ".gz":
                with gzip.GzipFile("", "wb", 1, raw, mtime=0) as packed:
                    yield _writer(packed)
            else:
                yield _writer(raw)
        part.replace(target)
    except OSError as error:
        raise click.ClickException(f"{path}：{error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _writer(file: IO[bytes] | Any) -> Write:
    def write(lines: Iterable[bytes]) -> None:
        text = b"\n".join(lines)
        if text:
            file.write(text + b"\n")
            file.flush()

    return write


def _now() -> int:
    return time.time_ns() // 1_000_000
