"""The table of the comparison 对照表, and its bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

TIMES = 15
"""Ours holds so many times the viewers of the best of the others."""
OURS = "ours"


def columns(one: Any) -> dict[str, float]:
    """The figures of a tool, by column; less is better but for the first."""
    best = one.best
    nan = float("nan")
    return {
        "viewers": best.viewers if best else 0,
        "cpu_ms": best.cpu_ms if best else nan,
        "mb": best.mb if best else nan,
        "bytes": one.page.bytes_per_tick,
        "cold_mb": one.page.cold_mb,
        "event_p95_ms": one.page.event_p95_ms,
        "main_ms": one.page.main_ms,
    }


def table(found: Sequence[Any]) -> str:
    """As it stands in docs/benchmarks.md."""
    lines = [
        "| 工具 | 每核观众数 | 每观众·帧 CPU，ms | 每观众内存，MB | 每帧字节 | 冷页面，MB |"
        " 事件到文字 p50 / p95，ms | 主线程每帧，ms | 模拟观众的字节 ÷ 真页面 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        told = columns(one)
        more = "≥ " if one.best is one.steps[-1] else ""
        faithful = one.steps[0].bytes_per_tick / one.page.bytes_per_tick
        name = f"{one.title} {one.version}".strip()
        lines.append(
            f"| {name} | {more}{told['viewers']:,} | {told['cpu_ms']:.3f} | {told['mb']:.3f} |"
            f" {told['bytes']:,.0f} | {told['cold_mb']:.2f} |"
            f" {one.page.event_p50_ms:.0f} / {one.page.event_p95_ms:.0f} |"
            f" {told['main_ms']:.1f} | {faithful:.2f} |"
        )
    return "\n".join(lines)


def judged(found: Sequence[Any]) -> list[tuple[bool, str]]:
    """The bars that can be judged of what was measured."""
    ours = next((one for one in found if one.id == OURS), None)
    others = [one for one in found if one.id != OURS]
    bars = [
        (one.faithful, f"{one.title}: simulated viewers get the bytes of the real page")
        for one in found
    ]
    if ours is None or not others:
        return [_line(*bar) for bar in bars]
    mine = columns(ours)
    most = max(columns(one)["viewers"] for one in others)
    ratio = mine["viewers"] / most if most else math.inf
    bars.append((ratio >= TIMES, f"viewers per core: {ratio:.1f} x the best (>= {TIMES})"))
    for name, value in mine.items():
        sign = -1 if name == "viewers" else 1
        better = sum(sign * columns(one)[name] < sign * value for one in others)
        bars.append((better <= 1, f"{name}: {better + 1}. of {len(found)} (first or second)"))
    return [_line(*bar) for bar in bars]


def _line(ok: bool, text: str) -> tuple[bool, str]:
    return ok, f"{'✓' if ok else '✕'} {text}"
