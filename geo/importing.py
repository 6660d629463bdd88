"""A city's own grid 导入网格: from its files, checked for every trap, to a `Grid`.

Cells come first; outlines of the levels above them — duty grids, districts, streets, communities —
are then imported on top and make a new version each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely  # type: ignore[import-untyped]

from geo import checks
from geo.codes import LEVELS, CodeError, cell_code, level_code
from geo.findings import Finding, Report
from geo.grid import UNKNOWN, UPPER, Grid, Origin, Outlines, build_grid
from geo.locate import OUTSIDE, Locator
from geo.projection import Floats, Plane
from geo.reading import Choices, Features, read_features

Columns = Mapping[str, str]
"""What → the column it stands in: `code`, a level, or a level with `_name`."""
CELL_COLUMNS: Final = ("code", *UPPER, *(f"{level}_name" for level in UPPER))
LEVEL_COLUMNS: Final = ("code", "name")
GUESSED: Final = 0.9
"""A column is taken for the codes if so much of it reads as codes."""
STRADDLING: Final = 0.9
"""A cell lies in the member that has so much of its area; below, it straddles a border."""


@dataclass(frozen=True)
class Known:
    """What is known of the city beforehand. `outlines`: surveyed outlines, by district or county,
    to hold the cells against."""

    city: str
    counties: frozenset[str] = frozenset()
    districts: Mapping[str, str] = field(default_factory=dict)
    streets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Street code → (name, district code)."""
    centres: Sequence[tuple[float, float]] = ()
    outlines: Mapping[str, Any] = field(default_factory=dict)


def import_cells(
    file: Path,
    choices: Choices,
    columns: Columns,
    known: Known,
    report: Report,
    base: Grid | None = None,
) -> Grid:
    """The unit cells of a file as a grid; outlines given for `base` are kept and applied anew.

    Raises `ImportRefused` for every trap that `report` does not accept.
    """
    features = checks.check_shapes(read_features(file, choices, report), report)
    columns = _columns(columns, CELL_COLUMNS, features, _is_cell_code, report)
    features, codes = checks.check_codes(features, columns["code"], known.counties, report)
    if not codes:
        report.refuse()
        raise report.stop("code_format", "没有一行可用")
    plane = Plane.at(float(shapely.total_bounds(features.shapes)[[0, 2]].mean()))
    checks.check_place(features, np.array(known.centres, np.float64).reshape(-1, 2), report)
    checks.check_sizes(features.shapes, plane, report)
    checks.check_overlaps(features, codes, plane, report)
    checks.check_gaps(features.shapes, plane, report)
    centres = shapely.get_coordinates(shapely.point_on_surface(features.shapes))
    parents = _parents(features, codes, columns, known)
    keys = [(own, code[:6]) for own, code in zip(parents["district"], codes, strict=True)]
    checks.check_datum(centres, keys, known.outlines, choices.datum, report)
    report.refuse()
    names = _names(features, columns, parents, known)
    outlines = _kept(base)
    for level in ("district", "duty_grid"):
        if level in outlines and level not in columns:
            parents[level] = _within(level, outlines[level], codes, features, centres, report)
    report.refuse()
    origin = Origin("imported", file.name, choices.datum)
    return build_grid(known.city, origin, codes, features.shapes, parents, names, outlines)


def import_level(
    file: Path,
    level: str,
    choices: Choices,
    columns: Columns,
    known: Known,
    report: Report,
    base: Grid,
) -> Grid:
    """`base` with the outlines of one level from a file. Cells come to the duty grid or district
    that they lie in; their street and community stay those of their code. Raises `ImportRefused`.
    """
    given = read_outlines(file, level, choices, columns, report)
    cells = Features({}, base.shapes, np.arange(1, len(base) + 1))
    codes = base.codes.tolist()
    parents = {
        id: [base.levels[id].codes[i] if i != UNKNOWN else "" for i in base.parent[id].tolist()]
        for id in UPPER
    }
    found = _within(level, given, codes, cells, base.centres, report)
    if level in ("district", "duty_grid"):
        parents[level] = found
    else:
        report.add(
            "straddle",
            (
                Finding("straddle", f"{LEVELS[level]}按编码是 {own}，按图形在 {there}", None, code)
                for own, there, code in zip(parents[level], found, codes, strict=True)
                if there and there != own
            ),
        )
    report.refuse()
    names = {id: dict(zip(one.codes, one.names, strict=True)) for id, one in base.levels.items()}
    names[level] |= dict(zip(given.codes, given.names, strict=True))
    outlines = {**_kept(base), level: given}
    return build_grid(known.city, base.origin, codes, base.shapes, parents, names, outlines)


def read_outlines(
    file: Path, level: str, choices: Choices, columns: Columns, report: Report
) -> Outlines:
    """The outlines of a level's members in a file; several features of one code are one member."""
    features = checks.check_shapes(read_features(file, choices, report), report)
    columns = _columns(columns, LEVEL_COLUMNS, features, _is_code_of(level), report)
    shapes: dict[str, list[Any]] = {}
    names: dict[str, str] = {}
    named = features.columns.get(columns.get("name", ""))
    for i, text in enumerate(features.columns[columns["code"]]):
        try:
            code = level_code(level, text)
        except CodeError as error:
            row = int(features.rows[i])
            report.add("code_format", [Finding("code_format", str(error), row)])
            continue
        shapes.setdefault(code, []).append(features.shapes[i])
        names.setdefault(code, (named[i] if named else "") or code)
    report.refuse()
    merged = np.empty(len(shapes), object)
    for i, parts in enumerate(shapes.values()):
        merged[i] = shapely.union_all(parts) if len(parts) > 1 else parts[0]
    return Outlines(list(shapes), [names[code] for code in shapes], merged)


def _is_cell_code(text: str) -> bool:
    try:
        cell_code(text)
    except CodeError:
        return False
    return True


def _is_code_of(level: str) -> Callable[[str], bool]:
    digits = {"district": 6, "street": 9, "community": 12}.get(level, 0)
    return lambda text: len(text) == digits and text.isascii() and text.isdigit()


def _columns(
    given: Columns,
    allowed: Sequence[str],
    features: Features,
    is_code: Callable[[str], bool],
    report: Report,
) -> dict[str, str]:
    """The given columns, checked; the code column found by its content where it is not given."""
    for what, name in given.items():
        if what not in allowed:
            raise report.stop("columns", f"{what}={name}：等号前应为 {'、'.join(allowed)} 之一")
        if name not in features.columns:
            raise report.stop("columns", f"没有列 {name}；{_shown(features)}")
    if "code" in given:
        return dict(given)
    fitting = [
        name
        for name, values in features.columns.items()
        if np.mean([is_code(value) for value in values] or [False]) >= GUESSED
    ]
    if len(fitting) != 1:
        found = f"像编码的列有 {'、'.join(fitting)}" if fitting else "没有一列像编码"
        raise report.stop("columns", f"{found}；{_shown(features)}。写 --columns code=列名")
    report.notes.append(f"编码取自列 {fitting[0]}")
    return {**given, "code": fitting[0]}


def _shown(features: Features) -> str:
    few = [f"{name}（如 {values[0]!r}）" for name, values in list(features.columns.items())[:20]]
    return f"文件有 {len(features.columns)} 列：{'、'.join(few)}" if few else "文件没有属性列"


def _parents(
    features: Features, codes: Sequence[str], columns: Columns, known: Known
) -> dict[str, list[str]]:
    """Level → member of each cell: from its column, else from the code and the city profile."""
    taken = [cell_code(code) for code in codes]
    out = {"street": [c.street for c in taken], "community": [c.community for c in taken]}
    out["district"] = [
        known.streets[c.street][1]
        if c.street in known.streets
        else c.street
        if c.street in known.districts
        else c.county
        for c in taken
    ]
    out["duty_grid"] = [""] * len(codes)
    for level in UPPER:
        if level in columns:
            values = features.columns[columns[level]]
            out[level] = [v or own for v, own in zip(values, out[level], strict=True)]
    return out


def _names(
    features: Features, columns: Columns, parents: Mapping[str, Sequence[str]], known: Known
) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {level: {} for level in UPPER}
    names["district"] |= known.districts
    names["street"] |= {code: name for code, (name, _) in known.streets.items()}
    for level in UPPER:
        column = columns.get(f"{level}_name")
        if column is not None:
            pairs = zip(parents[level], features.columns[column], strict=True)
            names[level] |= {code: name for code, name in pairs if code and name}
    return names


def _kept(base: Grid | None) -> dict[str, Outlines]:
    """Outlines that were imported on top of the base grid."""
    if base is None or base.origin.kind == "generated":
        return {}
    return {
        id: Outlines(level.codes, level.names, level.outlines)
        for id, level in base.levels.items()
        if level.given
    }


def _within(
    level: str,
    given: Outlines,
    codes: Sequence[str],
    cells: Features,
    centres: Floats,
    report: Report,
) -> list[str]:
    """The member each cell's centre lies in ("": none); cells across borders are findings."""
    number = Locator(given.shapes).find(centres[:, 0], centres[:, 1])
    inside = np.nonzero(number != OUTSIDE)[0]
    shapely.prepare(given.shapes)
    cut = inside[~shapely.covers(given.shapes[number[inside]], cells.shapes[inside])]
    part = shapely.area(shapely.intersection(cells.shapes[cut], given.shapes[number[cut]]))
    share = part / shapely.area(cells.shapes[cut])
    title = LEVELS[level]
    for i, s in zip(cut.tolist(), share.tolist(), strict=True):
        if s < STRADDLING:
            found = f"只有 {s:.0%} 在{title} {given.codes[number[i]]}"
            lon, lat = centres[i].tolist()
            row = int(cells.rows[i])
            report.add("straddle", [Finding("straddle", found, row, codes[i], lon, lat)])
    for i in np.nonzero(number == OUTSIDE)[0].tolist():
        lon, lat = centres[i].tolist()
        found = f"不在任何{title}内"
        report.add("stray", [Finding("stray", found, int(cells.rows[i]), codes[i], lon, lat)])
    return [given.codes[n] if n != OUTSIDE else "" for n in number.tolist()]
