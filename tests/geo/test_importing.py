"""Importing a grid: good ones arrive whole, every trap is refused with its place and a way on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geo.codes import CodeError
from geo.datum import to_gcj02
from geo.findings import TRAPS, ImportRefused, Report
from geo.grid import UNKNOWN, Grid
from geo.importing import Known, import_cells, import_level, read_outlines
from geo.projection import Plane, Shapes
from geo.reading import Choices
from tests.geo.qingshi import codes, squares

CELLS = squares(4, 3)
SEAT = ((114.002, 34.699),)
KNOWN = Known(
    "qingshi",
    frozenset({"410151", "410152"}),
    {"410151": "东石区", "410152": "西石区"},
    {"410151001": ("河沿街道", "410151")},
    SEAT,
)


def frame(shapes: Shapes = CELLS, **columns: object) -> geopandas.GeoDataFrame:
    data = {"BGID": codes(len(shapes)), **columns}
    return geopandas.GeoDataFrame(data, geometry=shapes, crs="EPSG:4490")


def put(folder: Path, frame: geopandas.GeoDataFrame, name: str = "cells.gpkg") -> Path:
    frame.to_file(folder / name, engine="pyogrio")
    return folder / name


def load(
    folder: Path,
    frame: geopandas.GeoDataFrame,
    *,
    accept: tuple[str, ...] = (),
    known: Known = KNOWN,
    base: Grid | None = None,
    datum: str = "wgs84",
    **columns: str,
) -> tuple[Grid, Report]:
    file = put(folder, frame)
    report = Report(file.name, accept)
    return import_cells(file, Choices(datum=datum), columns, known, report, base), report


def refused(folder: Path, frame: geopandas.GeoDataFrame, **options: object) -> str:
    with pytest.raises(ImportRefused) as stopped:
        load(folder, frame, **options)  # type: ignore[arg-type]
    return str(stopped.value)


# What is good ------------------------------------------------------------------------------------


def test_a_good_file_arrives_whole(tmp_path: Path) -> None:
    grid, report = load(tmp_path, frame())
    assert grid.codes.tolist() == codes(12) and report.findings == []
    assert shapely.equals_exact(grid.shapes, shapely.normalize(CELLS), 1e-8).all()
    assert grid.parents_of(3) == {
        "district": ("410151", "东石区"),
        "street": ("410151001", "河沿街道"),
        "community": ("410151001001", "410151001001"),
    }
    assert (grid.parent["duty_grid"] == UNKNOWN).all()
    assert grid.origin.kind == "imported" and not grid.origin.schematic
    assert "编码取自列 BGID" in report.notes
    assert report.facts["cells"] == 12 and report.facts["area_km2"] == pytest.approx(0.12, 1e-3)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    grid, _ = load(tmp_path, frame())
    again, _ = load(tmp_path, frame().sample(frac=1, random_state=5))
    assert again.version == grid.version


def test_columns_give_parents_and_names(tmp_path: Path) -> None:
    given = frame(责任=["A", "B"] * 6, 责任名=["甲", "乙"] * 6, 社区名=["桥北社区"] * 12)
    grid, _ = load(
        tmp_path, given, duty_grid="责任", duty_grid_name="责任名", community_name="社区名"
    )
    assert grid.parents_of(0)["duty_grid"] == ("A", "甲")
    assert grid.parents_of(1)["duty_grid"] == ("B", "乙")
    assert grid.parents_of(0)["community"] == ("410151001001", "桥北社区")


def test_a_zone_has_the_streets_that_the_profile_gives_it(tmp_path: Path) -> None:
    """郑东新区: its streets keep the codes of 金水区."""
    known = replace(
        KNOWN, streets={"410151001": ("河沿街道", "410190")}, districts={"410190": "新区"}
    )
    grid, _ = load(tmp_path, frame(), known=known)
    assert grid.parents_of(0)["district"] == ("410190", "新区")


def test_a_town_may_be_its_own_district(tmp_path: Path) -> None:
    known = replace(KNOWN, streets={}, districts={"410151001": "河沿镇"})
    grid, _ = load(tmp_path, frame(), known=known)
    assert grid.parents_of(0)["district"] == ("410151001", "河沿镇")


def test_old_codes_of_fourteen_digits(tmp_path: Path) -> None:
    old = [f"{code[:6]}{code[7:]}" for code in codes(12)]
    grid, report = load(tmp_path, frame(BGID=old))
    assert grid.codes.tolist() == codes(12)
    assert any("12 个 14 位旧码" in note for note in report.notes)


def test_tiny_slips_of_drawing_are_noted_not_refused(tmp_path: Path) -> None:
    slipped = CELLS.copy()
    slipped[0] = shapely.buffer(slipped[0], 1e-7)
    _, report = load(tmp_path, frame(slipped))
    assert report.findings == [] and any("重叠不足" in note for note in report.notes)


# Traps -------------------------------------------------------------------------------------------


def bent(shapes: Shapes, i: int, change: Callable[[np.ndarray], np.ndarray]) -> Shapes:
    out = shapes.copy()
    ring = change(shapely.get_coordinates(out[i])[:-1])
    out[i] = shapely.Polygon(ring)
    return out


def put_in(i: int, shape: object) -> geopandas.GeoDataFrame:
    """The good file with another shape at row i + 1."""
    shapes = CELLS.copy()
    shapes[i] = shape
    return frame(shapes)


def moved(shapes: Shapes, east: float, north: float = 0.0) -> Shapes:
    out: Shapes = shapely.transform(shapes, lambda points: points + np.array([east, north]))
    return out


SPOILED = {
    "code_format": (frame(BGID=[*codes(11), "4101510010010"]), "第 12 行", "13 位"),
    "code_county": (
        frame(BGID=[*codes(11), "410999001001001"]),
        "第 12 行",
        "区县 410999；本市是 410151、410152",
    ),
    "code_duplicate": (frame(BGID=[*codes(11), codes(3)[2]]), "第 12 行", "与第 3 行编码相同"),
    "geometry_invalid": (frame(bent(CELLS, 4, lambda p: p[[0, 2, 1, 3]])), "第 5 行", "自相交"),
    "geometry_missing": (put_in(11, None), "第 12 行", "图形为空"),
    "geometry_type": (put_in(11, shapely.Point(114, 34.7)), "第 12 行", "是 Point"),
    "overlap": (put_in(11, moved(CELLS[11:], -0.0005)[0]), "第 11 行", "与第 12 行"),
    "gap": (frame(CELLS[np.arange(12) != 5]), "（114.00", "空隙 10,000 m²"),
    "cell_size": (frame(squares(4, 3, 800.0)), "", "面积中位数 640,0"),
    "far_away": (frame(moved(CELLS, 3)), "", "离本市 275 km"),
}


@pytest.mark.parametrize("trap", SPOILED)
def test_a_trap_is_refused_with_its_place_and_a_way_on(trap: str, tmp_path: Path) -> None:
    spoiled, place, found = SPOILED[trap]
    said = refused(tmp_path, spoiled)
    assert f"【{TRAPS[trap].title}】" in said and place in said and found in said, said
    assert f"--accept {trap}" in said and TRAPS[trap].how in said


@pytest.mark.parametrize("trap", SPOILED)
def test_an_accepted_trap_does_what_it_says(trap: str, tmp_path: Path) -> None:
    grid, report = load(tmp_path, SPOILED[trap][0], accept=(trap, "gap"))
    assert report.count(trap)
    dropped = {"code_format", "code_duplicate", "geometry_missing", "geometry_type", "gap"}
    assert len(grid) == (11 if trap in dropped else 12)
    assert shapely.is_valid(grid.shapes).all()


def test_several_traps_are_told_at_once(tmp_path: Path) -> None:
    spoiled = frame(bent(CELLS, 4, lambda p: p[[0, 2, 1, 3]]), BGID=[*codes(10), "x", codes(1)[0]])
    said = refused(tmp_path, spoiled)
    assert said.count("怎么办") >= 3


def test_a_cell_over_others_without_touching_their_edges(tmp_path: Path) -> None:
    inside = shapely.buffer(shapely.centroid(CELLS[5]), 0.0002, quad_segs=1)
    said = refused(tmp_path, frame(np.array([*CELLS, inside], object)))
    assert "第 6 行" in said and "重叠" in said
    twin = refused(tmp_path, frame(np.array([*CELLS, CELLS[5]], object)))
    assert "重叠 10,0" in twin or "重叠 9,9" in twin


def test_latitude_and_longitude_in_the_wrong_order(tmp_path: Path) -> None:
    turned = frame(shapely.transform(squares(4, 3), lambda p: p[:, ::-1]))
    assert "范围内，经纬度似乎写反了" in refused(tmp_path, turned)  # 114 is no latitude
    known = replace(KNOWN, centres=((80.002, 44.0),), counties=frozenset())
    turned = frame(shapely.transform(moved(CELLS, -70, 45.3), lambda p: p))  # 44° E 80° N
    assert "经纬度似乎写反了" in refused(tmp_path, turned, known=known)


def test_no_column_with_codes(tmp_path: Path) -> None:
    said = refused(tmp_path, frame().rename(columns={"BGID": "x"}).assign(x="?", 名称="甲"))
    assert "没有一列像编码" in said and "x（如 '?'）" in said and "--columns code=列名" in said
    said = refused(tmp_path, frame().assign(other=codes(12)))
    assert "像编码的列有 BGID、other" in said
    assert "没有列 CODE；文件有 1 列：BGID" in refused(tmp_path, frame(), code="CODE")
    assert "等号前应为 code、" in refused(tmp_path, frame(), colour="BGID")


def test_communities_taken_for_cells(tmp_path: Path) -> None:
    said = refused(tmp_path, frame(BGID=[c[:12] for c in codes(12)]), code="BGID")
    assert "12 位，像社区编码" in said


# Shifted coordinates -----------------------------------------------------------------------------


def county() -> tuple[Shapes, Known]:
    """A county filled with cells to its border, and its surveyed outline."""
    cells = squares(40, 30)
    outline = shapely.union_all(cells)
    return cells, replace(KNOWN, outlines={"410151": outline})


def fill(shapes: Shapes, **columns: object) -> geopandas.GeoDataFrame:
    half = len(shapes) // 2
    return frame(shapes, BGID=codes(half) + codes(half, "410151001002"), **columns)


def test_gcj02_is_seen_by_the_outline(tmp_path: Path) -> None:
    cells, known = county()
    shifted = shapely.transform(
        cells, lambda p: np.column_stack(to_gcj02(p[:, 0].copy(), p[:, 1].copy()))
    )
    said = refused(tmp_path, fill(shifted), known=known)
    assert "【坐标偏移】" in said and "坐标像是 gcj02，写 --datum gcj02" in said
    grid, report = load(tmp_path, fill(shifted), known=known, datum="gcj02")
    assert shapely.hausdorff_distance(grid.shapes, shapely.normalize(cells)).max() < 1e-7
    assert report.facts["outside_own_district"]["gcj02"] == 0
    assert grid.origin.datum == "gcj02"


def test_a_wrong_declaration_is_seen_too(tmp_path: Path) -> None:
    cells, known = county()
    said = refused(tmp_path, fill(cells), known=known, datum="gcj02")
    assert "坐标像是 wgs84" in said


def test_without_an_outline_it_says_that_it_could_not_check(tmp_path: Path) -> None:
    _, report = load(tmp_path, frame())
    assert any("未核对坐标偏移" in note for note in report.notes)


# Levels above ------------------------------------------------------------------------------------


def duty(folder: Path, west: float = 2.0, reach: float = 4.0) -> Path:
    """Two duty grids that meet after `west` columns of cells and reach to the `reach`-th."""
    plane = Plane(114)
    x0, y0 = plane.metres(np.array([[114.0, 34.7]]))[0]
    edges = [x0 - 1, x0 + 100 * west, x0 + 100 * reach + 1]
    boxes = shapely.box(edges[:2], y0 - 301, edges[1:], y0 + 1)
    data = {"编号": ["D-01", "D-02"], "名称": ["桥西", "桥东"]}
    shapes = geopandas.GeoDataFrame(data, geometry=plane.unproject(boxes), crs="EPSG:4490")
    return put(folder, shapes, "duty.gpkg")


def on_top(folder: Path, file: Path, base: Grid, *accept: str) -> tuple[Grid, Report]:
    report = Report(file.name, accept)
    columns = {"code": "编号", "name": "名称"}
    return import_level(file, "duty_grid", Choices(), columns, KNOWN, report, base), report


def test_duty_grids_on_top_of_cells(tmp_path: Path) -> None:
    base, _ = load(tmp_path, frame())
    grid, report = on_top(tmp_path, duty(tmp_path), base)
    assert report.findings == [] and grid.version != base.version
    assert grid.parents_of(0)["duty_grid"] == ("D-01", "桥西")
    assert grid.parents_of(3)["duty_grid"] == ("D-02", "桥东")
    assert grid.levels["duty_grid"].given and grid.parents_of(0)["street"][1] == "河沿街道"


def test_cells_across_a_duty_border_and_outside_any(tmp_path: Path) -> None:
    base, _ = load(tmp_path, frame())
    with pytest.raises(ImportRefused, match="网格跨界") as stopped:
        on_top(tmp_path, duty(tmp_path, 2.3, 3.2), base)
    assert "只有 70% 在责任网格 D-02" in str(stopped.value)
    assert "网格无归属】3 处" in str(stopped.value)
    grid, _ = on_top(tmp_path, duty(tmp_path, 2.3, 3.2), base, "straddle", "stray")
    assert grid.parent["duty_grid"].tolist() == [0, 0, 1, UNKNOWN] * 3


def test_new_cells_keep_the_outlines_imported_before(tmp_path: Path) -> None:
    base, _ = on_top(tmp_path, duty(tmp_path), load(tmp_path, frame())[0])
    grid, _ = load(tmp_path, frame(BGID=codes(12, "410151001007")), base=base)
    assert grid.parents_of(0)["duty_grid"] == ("D-01", "桥西")


def test_communities_disagreeing_with_codes_are_findings(tmp_path: Path) -> None:
    base, _ = load(tmp_path, frame())
    outline = shapely.buffer(shapely.union_all(CELLS), 1e-6)
    shapes = geopandas.GeoDataFrame({"code": ["410151001009"]}, geometry=[outline], crs="EPSG:4490")
    file = put(tmp_path, shapes, "communities.gpkg")
    with pytest.raises(ImportRefused, match="社区按编码是 410151001001，按图形在 410151001009"):
        import_level(file, "community", Choices(), {}, KNOWN, Report("c"), base)


def test_outlines_of_one_code_in_several_features(tmp_path: Path) -> None:
    data = {"code": ["410151", "410152", "410151"], "名": ["东石区", "西石区", ""]}
    file = put(tmp_path, geopandas.GeoDataFrame(data, geometry=squares(3, 1), crs="EPSG:4490"))
    found = read_outlines(file, "district", Choices(), {"name": "名"}, Report("d"))
    assert (list(found.codes), list(found.names)) == (["410151", "410152"], ["东石区", "西石区"])
    assert found.shapes[0].geom_type == "MultiPolygon"
    with pytest.raises(ImportRefused, match="街道编码应为 9 位"):
        read_outlines(file, "street", Choices(), {"code": "code"}, Report("s"))


# The report --------------------------------------------------------------------------------------


def test_the_report_holds_everything(tmp_path: Path) -> None:
    file = put(tmp_path, frame(BGID=[*codes(4), *"abcdefgh"]))
    report = Report(file.name)
    with pytest.raises(ImportRefused) as stopped:
        import_cells(file, Choices(), {"code": "BGID"}, KNOWN, report)
    assert "其余 3 处见 --report" in str(stopped.value)
    report.write(tmp_path / "found.csv")
    rows = list(csv.reader((tmp_path / "found.csv").open(encoding="utf-8-sig")))
    assert len([row for row in rows if row[0] == "code_format"]) == 8
    assert rows[1][2] == "5" and rows[1][4].startswith("114.")
    report.write(tmp_path / "found.json")
    assert len(json.loads((tmp_path / "found.json").read_text())["findings"]) == report.count(
        "code_format"
    )


def test_every_trap_has_a_title_and_a_way_on() -> None:
    assert all(trap.title and trap.how for trap in TRAPS.values())
    assert issubclass(CodeError, ValueError)
