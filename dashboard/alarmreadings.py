"""What a rule reads 读数 from the frame: a cell, the sources, the components, the health."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dashboard.alarms.engine import Reading
from dashboard.alarms.rules import Rule, quantity
from dashboard.alarms.surge import Usual
from dashboard.snapshot import Frame

Surges = Mapping[str, tuple[int, Usual | None, str]]
"""Member → (reports of the last hour, what is usual or None without a basis, its name)."""


def readings(
    rules: Iterable[Rule], frame: Frame, surges: Mapping[str, Surges]
) -> Iterator[Reading]:
    """The readings of every rule; `surges` by dimension."""
    for rule in rules:
        if rule.surge:
            yield from _surge(rule, surges.get(rule.surge, {}))
        elif rule.watch == "source":
            yield from _sources(rule, frame)
        elif rule.watch == "component":
            yield from _components(rule, frame)
        else:
            yield Reading(rule, _single(rule.watch, frame))


def _single(watch: str, frame: Frame) -> float | None:
    health = frame["health"]
    if watch == "gap":
        return float(health["gap"] is not None)
    if watch == "lag_s":
        return health["lag_ms"] / 1000
    if watch == "rejected":
        return float(health["rejected"])
    cell = frame["m"].get(watch)
    if cell is None or cell["st"] != "live":
        return None
    return cell["v"]


def _sources(rule: Rule, frame: Frame) -> Iterator[Reading]:
    """Silence in multiples of the expected interval; one that never sent is 无数据, no alarm."""
    for source in frame["sources"]:
        last = source["last_at"]
        silent_s = None if last is None else max(0, frame["as_of"] - last) / 1000
        value = None if silent_s is None else silent_s / source["every_s"]
        said = "" if silent_s is None else f"已静默 {_lasting(silent_s)}"
        yield Reading(rule, value, source["id"], source["name"], said)


def _components(rule: Rule, frame: Frame) -> Iterator[Reading]:
    """1 where a vital component is down, 0 where it is not; unknown is neither."""
    for one in frame["t"].get("platform.components", ()):
        if one["vital"]:
            value = None if one["state"] in ("k", ".") else float(one["state"] == "x")
            yield Reading(rule, value, one["id"], one["name"], "中断" if value else "正常")


def _surge(rule: Rule, members: Surges) -> Iterator[Reading]:
    """Fewer than `least` are no surge whatever is usual; more without a basis are 无数据."""
    for member, (n, usual, label) in members.items():
        few = n < rule.least
        if usual is None:
            yield Reading(rule, 0.0 if few else None, member, label, f"{n:,} 件（同期无数据）")
            continue
        value = min(0.0, usual.score(n)) if few else usual.score(n)
        said = f"{n:,} 件（同期中位 {quantity(usual.median, '件')}）"
        yield Reading(rule, value, member, label, said)


def _lasting(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} 秒"
    minutes = seconds / 60
    return f"{minutes:.0f} 分" if minutes < 120 else f"{minutes / 60:.1f} 小时"
