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
from dashboard.sources.simulator import SimulationError, history, live_events, year_lines

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


@click.group("simulate")
def command() -> None:
    """模拟数据：全年（与公布的总数完全一致）、近日、实时。"""


@command.command("year")
@configured("city", "profile")
@click.option("--year", type=click.IntRange(2000, 2099), required=True, help="年度")
@SEED
@OUT
def whole_year(config: Config, year: int, seed: int, out: str) -> None:
    """一个像样的全年，其指标与城市档案所列公布数完全一致；按送达先后输出。"""
    profile = load_profile(config.profile_source)
    started = time.monotonic()
    written = 0
    try:
        with (
            open_out(out) as write,
            tqdm(disable=None, total=366, unit="天", desc=f"{profile.name} {year}") as bar,
        ):
            for lines in year_lines(profile, year, seed):
                write(lines)
                written += len(lines)
                bar.update()
    except SimulationError as error:
        raise click.ClickException(f"城市档案的年度总数互相矛盾：{error}") from error
    took = time.monotonic() - started
    click.echo(f"{written:,} 个事件，{took:.1f} 秒 → {out}", err=True)


@command.command("history")
@configured("city", "profile")
@click.option("--days", type=click.IntRange(1, 400), default=35, show_default=True, help="近多少天")
@SEED
@OUT
def recent_days(config: Config, days: int, seed: int, out: str) -> None:
    """到此刻为止的近若干天；同一种子的 `simulate live` 从这里接着走。"""
    profile = load_profile(config.profile_source)
    now = _now()
    batch: list[bytes] = []
    with open_out(out) as write:
        for event in history(profile, profile.day(now) - days + 1, now, seed):
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
    help="平均每秒多少个事件；缺省为城市档案的日均案件数",
)
@click.option("--seconds", type=click.FloatRange(0), help="多少秒后结束；缺省不结束")
@click.option("--flat", is_flag=True, help="不分昼夜、不分平日假日")
@SEED
@OUT
def as_time_passes(
    config: Config, rate: float | None, seconds: float | None, flat: bool, seed: int, out: str
) -> None:
    """随时间发生的事件：有日周节律、高发点位，也有迟到、重复和更正。"""
    profile = load_profile(config.profile_source)
    with open_out(out) as write:
        run_live(profile, write, rate, seconds, seed, flat, _now, time.sleep)


def run_live(
    profile: Profile,
    write: Write,
    rate: float | None,
    seconds: float | None,
    seed: int,
    flat: bool,
    now: Callable[[], int],
    sleep: Callable[[float], None],
) -> None:
    """Hands what has arrived to `write` ten times a second, for `seconds` or without end."""
    end: float | None = None
    for batch in live_events(profile, now, rate, seed, flat=flat):
        write([orjson.dumps(event) for event in batch])
        if seconds is not None and end is None:
            end = now() + seconds * 1000
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
