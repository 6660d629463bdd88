"""The frame 画面: everything every wall scene shows, as JSON, and the difference of two frames.

A frame is complete, small (≤ 60 kB), numbered (`seq`), dated (`as_of`, epoch ms) and never computed
on again: screens show it as it is. Ratios are 0–1; texts are what a Chinese reader sees.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, Literal, NotRequired, TypedDict

VERSION: Final = 1
MAX_BYTES: Final = 60_000

State = Literal["live", "late", "offline", "nodata", "na"]
"""实时 迟滞 断线 无数据 不适用"""
Judgement = Literal["good", "warn", "bad"]
"""达标 临界 未达标"""


class Cell(TypedDict):
    """One figure: value `v` = `n` ÷ `d` (a count has no `d`), state `st`, comparison basis `cmp`
    and its full-day total `tot`, target `tgt` with `op`, judgement `ok`; `src` is the source whose
    freshness `st` is, where it is not the freshest of all. In a published frame the fields after
    `st` are there only where they say something, see `slim`."""

    v: float | None
    n: int | None
    d: int | None
    st: State
    cmp: float | None
    tot: int | None
    tgt: float | None
    op: Literal[">=", "<="] | None
    ok: Judgement | None
    src: NotRequired[str]


class SourceCell(TypedDict):
    """One sending system 来源系统: when it was last heard (epoch ms), how often it should be."""

    id: str
    name: str
    last_at: int | None
    state: State
    every_s: int


class Gap(TypedDict):
    """数据缺口: events may be missing; since when (epoch ms), and what to do."""

    since: int
    text: str


class Health(TypedDict):
    """`rejected` events of today 今日拒收; `lag_ms` how far the worker is behind 入账延迟."""

    rejected: int
    lag_ms: int
    gap: Gap | None


class City(TypedDict):
    id: str
    name: str
    title: str


class Frame(TypedDict):
    """`m` cells, `s` series, `t` tables, by the keys of docs/frame.md."""

    v: int
    seq: int
    as_of: int
    build: str
    city: City
    demo: bool
    sources: list[SourceCell]
    health: Health
    m: dict[str, Cell]
    s: dict[str, Any]
    t: dict[str, list[dict[str, Any]]]


class Delta(TypedDict):
    """What turns the frame `base` into `seq`: `set` by path, e.g. `m.today.cases.filed`."""

    base: int
    seq: int
    as_of: int
    set: dict[str, Any]


SECTIONS: Final = ("m", "s", "t")
_BESIDE: Final = frozenset({"cmp", "tot", "tgt", "op", "ok"})
_DATED: Final = frozenset({"seq", "as_of", *SECTIONS})


def slim(frame: Frame) -> Frame:
    """The frame as it is published: what is null beside a cell's figure is left out, for most
    cells have no comparison and no target. In a cell, absent means null."""
    cells: dict[str, Any] = {}
    for key, cell in frame["m"].items():
        cells[key] = {name: v for name, v in cell.items() if v is not None or name not in _BESIDE}
    return {**frame, "m": cells}


def read_frame(value: object) -> Frame:
    """Checks that decoded JSON is a frame of this version; raises ValueError."""
    if not isinstance(value, dict) or value.get("v") != VERSION:
        raise ValueError(f"not a frame of version {VERSION}")
    if value.keys() != Frame.__annotations__.keys():
        raise ValueError(f"keys differ: {sorted(value.keys() ^ Frame.__annotations__.keys())}")
    if not all(isinstance(value[name], int) for name in ("seq", "as_of")):
        raise ValueError("seq and as_of must be integers")
    if not all(isinstance(value[section], dict) for section in SECTIONS):
        raise ValueError("m, s and t must be objects")
    return value  # type: ignore[return-value]


def diff(old: Frame, new: Frame) -> Delta | None:
    """The delta from `old` to `new`; None where keys came or went: then send the whole frame."""
    before: dict[str, Any] = dict(old)
    after: dict[str, Any] = dict(new)
    changes: dict[str, Any] = {}
    for name, value in after.items():
        if name not in _DATED and value != before[name]:
            changes[name] = value
    for section in SECTIONS:
        had, has = before[section], after[section]
        if had.keys() != has.keys():
            return None
        for key, value in has.items():
            if value != had[key]:
                changes[f"{section}.{key}"] = value
    return Delta(base=old["seq"], seq=new["seq"], as_of=new["as_of"], set=changes)


def shown(path: str, paths: Collection[str]) -> bool:
    """Whether a path is among those; a variant 口径 `…@x` of a figure goes with the figure."""
    return path in paths or path.partition("@")[0] in paths


def cut(frame: Frame, paths: Collection[str]) -> Frame:
    """The frame with those `m.…`, `s.…`, `t.…` only; what is no section stays whole."""
    out: dict[str, Any] = dict(frame)
    for section in SECTIONS:
        has = out[section]
        out[section] = {key: has[key] for key in has if shown(f"{section}.{key}", paths)}
    return out  # type: ignore[return-value]


def cut_delta(delta: Delta, paths: Collection[str]) -> Delta:
    """The delta between two frames that were cut like this."""
    kept = {
        path: value
        for path, value in delta["set"].items()
        if path.partition(".")[0] not in SECTIONS or shown(path, paths)
    }
    return {**delta, "set": kept}


def patch(frame: Frame, delta: Delta) -> Frame:
    """The frame `delta` leads to, as the browser makes it. ValueError if it is not the base."""
    if frame["seq"] != delta["base"]:
        raise ValueError(f"delta of frame {delta['base']} on frame {frame['seq']}")
    out: dict[str, Any] = dict(frame)
    for section in SECTIONS:
        out[section] = dict(out[section])
    for path, value in delta["set"].items():
        section, dot, key = path.partition(".")
        if dot:
            out[section][key] = value
        else:
            out[path] = value
    out["seq"], out["as_of"] = delta["seq"], delta["as_of"]
    return out  # type: ignore[return-value]
