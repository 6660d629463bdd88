"""Checks of cells before they become a grid 校验: each looks for one trap and says where it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely  # type: ignore[import-untyped]

from geo.codes import CodeError, cell_code
from geo.datum import DATUMS, TO_WGS84
from geo.findings import Finding, Report
from geo.projection import Floats, Plane, Shapes
from geo.reading import Features

OVERLAP_M2, GAP_M2 = 100.0, 100.0
"""Overlaps and gaps from 1 % of a cell on are traps; smaller ones are slips of drawing, noted."""
CELL_M2: Final = (2_500.0, 40_000.0)
"""The median area of unit cells 单元网格 lies in here."""
FAR_M: Final = 100_000.0
_POLYGONS: Final = (3, 6)


def check_shapes(features: Features, report: Report) -> Features:
    """Missing, not polygons, invalid; what is accepted is left out, or repaired."""
    missing = shapely.is_missing(features.shapes) | shapely.is_empty(features.shapes)
    report.add("geometry_missing", _each("geometry_missing", features, missing, "图形为空"))
    other = ~missing & ~np.isin(shapely.get_type_id(features.shapes), _POLYGONS)
    for i in np.nonzero(other)[0].tolist():
        found = f"是 {features.shapes[i].geom_type}"
        report.add("geometry_type", [_at("geometry_type", features, i, found)])
    kept = features.take(~missing & ~other)
    invalid = np.nonzero(~shapely.is_valid(kept.shapes))[0]
    reasons = shapely.is_valid_reason(kept.shapes[invalid])
    for i, reason in zip(invalid.tolist(), reasons, strict=True):
        report.add("geometry_invalid", [_at("geometry_invalid", kept, i, _reason(reason))])
    kept.shapes[invalid] = _repaired(kept.shapes[invalid])
    return kept


def _reason(reason: str) -> str:
    words = {"Self-intersection": "自相交", "Ring Self-intersection": "环自相交"}
    head, _, place = reason.partition("[")
    return f"{words.get(head, head)} [{place}" if place else reason


def _repaired(shapes: Shapes) -> Shapes:
    """Valid polygons with the same outline; lines and points that fall off are left out."""
    out = shapely.make_valid(shapes)
    for i, shape in enumerate(out):
        if shapely.get_type_id(shape) not in _POLYGONS:
            parts = [p for p in shapely.get_parts(shape) if shapely.get_type_id(p) in _POLYGONS]
            out[i] = shapely.union_all(parts)
    return out  # type: ignore[no-any-return]


def check_codes(
    features: Features, column: str, counties: Collection[str], report: Report
) -> tuple[Features, list[str]]:
    """The features with a good code, and their codes of 15 digits; the same code twice is merged.

    `counties`: the first six digits that belong to the city; empty = any.
    """
    codes: list[str] = []
    good: list[int] = []
    old = 0
    for i, text in enumerate(features.columns[column]):
        try:
            code = cell_code(text)
        except CodeError as error:
            report.add("code_format", [_at("code_format", features, i, str(error))])
            continue
        if counties and code.county not in counties:
            found = f"区县 {code.county}；本市是 {'、'.join(sorted(counties))}"
            report.add("code_county", [_at("code_county", features, i, found, code.text)])
        old += len(text) == 14
        codes.append(code.text)
        good.append(i)
    if old:
        report.notes.append(f"{old:,} 个 14 位旧码已在街道码左补 0 成 15 位")
    return _merged(features.take(good), codes, report)


def _merged(features: Features, codes: list[str], report: Report) -> tuple[Features, list[str]]:
    first: dict[str, int] = {}
    twins: dict[str, list[int]] = {}
    for i, code in enumerate(codes):
        if code in first:
            twins.setdefault(code, [first[code]]).append(i)
            found = f"与第 {features.rows[first[code]]} 行编码相同"
            report.add("code_duplicate", [_at("code_duplicate", features, i, found, code)])
        else:
            first[code] = i
    for places in twins.values():
        features.shapes[places[0]] = shapely.union_all(features.shapes[places])
    keep = list(first.values())
    return features.take(keep), [codes[i] for i in keep]


def check_place(features: Features, towards: Floats, report: Report) -> None:
    """Whether the cells lie near any of the city's known places ((n, 2) degrees)."""
    if not len(towards):
        report.notes.append("城市档案没有区中心坐标，未核对位置")
        return
    west, south, east, north = shapely.total_bounds(features.shapes).tolist()
    middle = np.array([[(west + east) / 2, (south + north) / 2]])

    def distance(point: Floats) -> float:
        east = (towards[:, 0] - point[:, 0]) * np.cos(np.radians(towards[:, 1]))
        return float(np.hypot(east, towards[:, 1] - point[:, 1]).min()) * 111_320

    away = distance(middle)
    if away > FAR_M:
        turned = "；经纬度似乎写反了" if distance(middle[:, ::-1]) < FAR_M else ""
        found = (
            f"图形在 {west:.4f}–{east:.4f}, {south:.4f}–{north:.4f}，离本市 {away / 1000:,.0f} km"
        )
        report.add("far_away", [Finding("far_away", found + turned)])


def check_sizes(shapes: Shapes, plane: Plane, report: Report) -> None:
    """Whether the cells are as large as unit cells are."""
    area = shapely.area(plane.project(shapes))
    median = float(np.median(area))
    report.facts |= {"cells": len(shapes), "area_km2": float(area.sum()) / 1e6, "median_m2": median}
    if not CELL_M2[0] <= median <= CELL_M2[1]:
        found = f"面积中位数 {median:,.0f} m²；单元网格约 10,000 m²"
        report.add("cell_size", [Finding("cell_size", found)])


def check_overlaps(features: Features, codes: Sequence[str], plane: Plane, report: Report) -> None:
    """Pairs of cells that lie over each other."""
    shapes = plane.project(features.shapes)
    # What does not share its edges exactly may overlap; the rest cannot.
    suspects = np.nonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))[0]
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes[suspects], predicate="intersects")
    one = suspects[one]
    pair = np.unique(np.sort(np.column_stack((one, other))[one != other], axis=1), axis=0)
    area = shapely.area(shapely.intersection(shapes[pair[:, 0]], shapes[pair[:, 1]]))
    slight = area[(area > 0.01) & (area < OVERLAP_M2)]
    if len(slight):
        report.notes.append(
            f"{len(slight):,} 处重叠不足 {OVERLAP_M2:g} m²，合计 {slight.sum():,.0f} m²"
        )
    for a, b in pair[area >= OVERLAP_M2][np.argsort(-area[area >= OVERLAP_M2], kind="stable")]:
        shared = shapely.intersection(shapes[a], shapes[b])
        found = f"与第 {features.rows[b]} 行 {codes[b]} 重叠 {shapely.area(shared):,.0f} m²"
        report.add("overlap", [_at("overlap", features, a, found, codes[a])])


def check_gaps(shapes: Shapes, plane: Plane, report: Report) -> None:
    """Holes that the cells leave between them."""
    planar = plane.project(shapes)
    whole = (
        shapely.coverage_union_all(planar)
        if shapely.coverage_is_valid(planar)
        else shapely.union_all(planar)
    )
    parts = shapely.get_parts(whole)
    rings = [ring for part in parts for ring in part.interiors]
    holes = shapely.polygons(rings) if rings else np.empty(0, object)
    area = shapely.area(holes)
    large = area >= GAP_M2
    report.facts["parts"] = len(parts)
    if len(area[~large]):
        small = area[~large]
        report.notes.append(f"{len(small):,} 处空隙不足 {GAP_M2:g} m²，合计 {small.sum():,.0f} m²")
    places = plane.degrees(shapely.get_coordinates(shapely.point_on_surface(holes)).reshape(-1, 2))
    for i in np.argsort(-area, kind="stable")[: int(large.sum())]:
        lon, lat = places[i].tolist()
        report.add("gap", [Finding("gap", f"空隙 {area[i]:,.0f} m²", None, "", lon, lat)])


def check_datum(
    centres: Floats,
    keys: Sequence[tuple[str, ...]],
    outlines: Mapping[str, Any],
    datum: str,
    report: Report,
) -> None:
    """Compares cell centres (WGS-84 if `datum` is true) with the districts' outlines, and asks
    whether another datum would fit better. `keys`: the outlines each cell may belong to."""
    use = [i for i, own in enumerate(keys) if any(key in outlines for key in own)]
    if not use:
        report.notes.append("没有区界可以对照，未核对坐标偏移（cityops grid boundaries）")
        return
    raw = _from_wgs84(centres[use], datum)
    share: dict[str, float] = {}
    for name in DATUMS:
        moved = np.column_stack(TO_WGS84[name](raw[:, 0], raw[:, 1]))
        share[name] = _outside(moved, [keys[i] for i in use], outlines)
    report.facts["outside_own_district"] = share
    best = min(DATUMS, key=lambda name: (share[name], name != datum))
    gain = (share[datum] - share[best]) * len(use)
    if gain >= 10 and share[best] < share[datum] / 2:
        found = (
            f"按 {datum} 有 {share[datum]:.2%} 的网格中心在自己的区外，按 {best} 只有"
            f" {share[best]:.2%}：坐标像是 {best}，写 --datum {best}"
        )
        report.add("datum", [Finding("datum", found)])


def _from_wgs84(points: Floats, datum: str) -> Floats:
    """Back to the file's own coordinates; near enough to compare."""
    x, y = points[:, 0], points[:, 1]
    for _ in range(6):
        back_x, back_y = TO_WGS84[datum](x, y)
        x, y = x + points[:, 0] - back_x, y + points[:, 1] - back_y
    return np.column_stack((x, y))


def _outside(points: Floats, keys: Sequence[tuple[str, ...]], outlines: Mapping[str, Any]) -> float:
    inside = np.zeros(len(points), np.bool_)
    for key in {key for own in keys for key in own if key in outlines}:
        mine = np.array([i for i, own in enumerate(keys) if key in own])
        shapely.prepare(outlines[key])
        inside[mine] |= shapely.contains_xy(outlines[key], points[mine, 0], points[mine, 1])
    return float((~inside).mean())


def _each(trap: str, features: Features, which: Any, found: str) -> list[Finding]:
    return [Finding(trap, found, int(features.rows[i])) for i in np.nonzero(which)[0]]


def _at(trap: str, features: Features, i: int, found: str, code: str = "") -> Finding:
    """A finding at a feature, with a place on the map."""
    shape = features.shapes[i]
    lon = lat = None
    if not shapely.is_missing(shape) and not shapely.is_empty(shape):
        lon, lat = shapely.get_coordinates(shape)[0].tolist()
    return Finding(trap, found, int(features.rows[i]), code, lon, lat)
