"""`cityops bench load` 整套负载: screens, events and desk users at once, for minutes."""

from __future__ import annotations

from dataclasses import asdict

import click

from dashboard.bench import load
from dashboard.commands.benchshown import (
    as_json_option,
    judged,
    of_city,
    of_days,
    profile_of,
    show,
    tell,
)


@click.command("load")
@of_city("nanyang")
@click.option("--minutes", type=click.FloatRange(0.5), default=10, show_default=True, help="分钟")
@click.option(
    "--viewers", type=click.IntRange(1), default=1_000, show_default=True, help="屏幕 / screens"
)
@click.option(
    "--rate", type=click.FloatRange(1), default=200, show_default=True, help="事件，条/秒"
)
@click.option(
    "--desk", type=click.IntRange(1), default=20, show_default=True, help="桌面用户 / desk users"
)
@of_days
@as_json_option
def load_bench(
    city: str, minutes: float, viewers: int, rate: float, desk: int, days: int, machine: bool
) -> None:
    """整套负载：屏幕、事件、桌面用户同时，按出厂设置 / everything at once, as shipped."""
    profile_of(city)
    tell(f"{viewers:,} 块屏、{rate:g} 条/秒、{desk} 个桌面用户，{minutes:g} 分钟……")
    found = load.bench(city, viewers, rate, desk, 60 * minutes, days)
    bars = found.bars(rate)
    rows: list[tuple[str, str | float]] = [
        ("时长 / seconds", found.seconds),
        ("事件 / events，条/秒", f"{found.events:,}，{found.per_s:.1f}"),
        ("画面 / frames", found.frames),
        (
            "延迟（XADD → 屏幕读到）/ lag p50、p99、最大，ms",
            f"{found.lag_p50_ms:.0f}、{found.lag_p99_ms:.0f}、{found.lag_max_ms:.0f}",
        ),
        ("桌面请求 / desk requests，p95 ms", f"{found.requests:,}，{found.desk_p95_ms:.0f}"),
        ("网页进程内存，每 15 秒，MB", _series(found.web_mb)),
        ("工作进程内存，每 15 秒，MB", _series(found.work_mb)),
        (
            "占核：网页、工作、观众程序、其他 / cores",
            f"{found.web_cpu:.2f}，{found.work_cpu:.2f}，"
            f"{found.load_cpu:.2f}，{found.other_cpu:.2f}",
        ),
        *(("出错 / error", text) for text in found.first_errors),
    ]
    show(asdict(found), [("整套负载 / everything at once", rows)], bars, machine)
    judged(bars)


def _series(megabytes: list[float]) -> str:
    return " ".join(f"{one:.0f}" for one in megabytes)
