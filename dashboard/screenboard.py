"""The screens as their page shows them 大屏页: state, figures as text, what became of orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashboard.ledger.devices import Device
from dashboard.screenbeat import NAMES, Kept, State, state_of
from dashboard.screenorder import GOOD_MS, Order
from dashboard.screenorder import NAMES as ORDERS
from dashboard.screensettings import ScreenSettings

NONE: Final = "—"
MARKS: Final[dict[State, tuple[str, str]]] = {
    "painting": ("●", "good"),
    "still": ("▲", "warn"),
    "lost": ("✕", "bad"),
    "never": ("○", "mut"),
    "revoked": ("■", "mut"),
}
"""Glyph and colour; the word always stands beside them."""
TURNING: Final = {"turning": "轮播", "paused": "停住轮播", "pinned": "固定"}
LINKS: Final = {"connecting": "正在连接", "live": "实时", "late": "迟滞", "offline": "断线"}
REVOKED_SHOWN_MS: Final = 7 * 86_400_000


@dataclass(frozen=True, kw_only=True)
class ScreenRow:
    """One screen; every figure as text, in reading order."""

    id: str
    name: str
    state: State
    facts: tuple[tuple[str, str], ...]
    trouble: str
    """What the page last complained of."""
    order: str
    """The newest order and what became of it."""
    scenes: tuple[str, ...]
    """What its link lets it show."""
    settings: ScreenSettings

    @property
    def word(self) -> str:
        return NAMES[self.state]


@dataclass(frozen=True, kw_only=True)
class ScreenBoard:
    """Every screen, those in trouble first."""

    rows: tuple[ScreenRow, ...]
    counts: tuple[tuple[State, int], ...]


def board(
    devices: Iterable[Device],
    beats: Mapping[str, Kept],
    orders: Sequence[Order],
    now: int,
    *,
    build: str,
    titles: Mapping[str, str],
) -> ScreenBoard:
    """`orders` newest first; `titles` of the scenes that there are, in their usual order."""
    rows = [
        _row(one, beats.get(one.id), _newest(orders, one.id), now, build, titles)
        for one in devices
        if one.revoked_at is None or now - one.revoked_at < REVOKED_SHOWN_MS
    ]
    ranks: list[State] = ["still", "lost", "never", "painting", "revoked"]
    rows.sort(key=lambda row: (ranks.index(row.state), row.name))
    counts = [(state, sum(row.state == state for row in rows)) for state in NAMES]
    return ScreenBoard(rows=tuple(rows), counts=tuple(one for one in counts if one[1]))


def _newest(orders: Sequence[Order], screen: str) -> Order | None:
    return next((one for one in orders if one.screen == screen), None)


def _row(
    device: Device,
    found: Kept | None,
    order: Order | None,
    now: int,
    build: str,
    titles: Mapping[str, str],
) -> ScreenRow:
    return ScreenRow(
        id=device.id,
        name=device.name,
        state=state_of(found, now, device.revoked_at is not None),
        facts=(
            *(() if found is None else _facts(found, now, build, titles)),
            ("排片", _schedule(device, titles)),
        ),
        trouble="" if found is None else found.beat.error,
        order="" if order is None else _told(order, found, now, titles),
        scenes=tuple(id for id in titles if not device.scenes or id in device.scenes),
        settings=device.settings,
    )


def _facts(
    found: Kept, now: int, build: str, titles: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    beat = found.beat
    shape = f"{beat.width}×{beat.height}"
    age = NONE if beat.age_ms is None else f"第 {beat.seq:,} 帧，迟 {seconds(beat.age_ms)}"
    hidden = "，窗口被遮住" if beat.hidden else ""
    old = "" if beat.build == build else " ▲ 旧版"
    return (
        ("画面", f"{titles.get(beat.scene, beat.scene)}（{TURNING[beat.turning]}）"),
        ("数据", f"{LINKS[beat.link]}，{age}"),
        ("帧率", f"{beat.fps} 帧/秒{hidden}"),
        ("内存", NONE if beat.heap is None else f"{beat.heap / (1 << 20):.0f} MB"),
        ("节点", f"{beat.nodes:,}"),
        ("分辨率", shape),
        ("版本", f"{beat.build}{old}"),
        ("已开", span(beat.up_s * 1000)),
        ("心跳", f"{span(now - found.at)}前"),
    )


def _schedule(device: Device, titles: Mapping[str, str]) -> str:
    one = device.settings
    scenes = [titles.get(id, id) for id in one.scenes or device.scenes]
    words = [
        "、".join(scenes) or "全部画面",
        f"每 {one.dwell_s:g} 秒" if one.dwell_s else "",
        f"拼接 {one.grid.replace('x', '×')}" if one.grid else "",
    ]
    return "　".join(word for word in words if word)


def _told(order: Order, found: Kept | None, now: int, titles: Mapping[str, str]) -> str:
    scene = titles.get(order.scene, order.scene)
    return f"{ORDERS[order.act]} {scene}".strip() + f"：{_became(order, found, now)}"


def _became(order: Order, found: Kept | None, now: int) -> str:
    """已办, 没办成 and why, 等待, or no answer."""
    for id, wrong in found.beat.done if found else ():
        if id == order.id:
            return f"没办成，{wrong}" if wrong else "已办"
    return "等待回音" if now - order.at <= GOOD_MS else "没有回音，已作废"


def seconds(ms: int) -> str:
    """1.2 秒, 35 秒, then as `span`."""
    return f"{ms / 1000:.1f} 秒" if ms < 10_000 else span(ms)


def span(ms: int) -> str:
    """35 秒、5 分、2 小时、3 天."""
    whole = max(0, ms) // 1000
    for size, word in ((86_400, "天"), (3_600, "小时"), (60, "分")):
        if whole >= size:
            return f"{whole // size} {word}"
    return f"{whole} 秒"
