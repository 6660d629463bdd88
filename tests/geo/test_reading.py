"""Reading files of polygons: five formats, and everything a file may leave unsaid."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geo.datum import to_bd09, to_gcj02
from geo.findings import ImportRefused, Report
from geo.projection import Plane
from geo.reading import Choices, Features, read_features
from tests.geo.qingshi import codes, squares

CELLS = squares(4, 3)
SUFFIXES = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".parquet")


def frame(crs: str | None = "EPSG:4490", **columns: object) -> geopandas.GeoDataFrame:
    data = {"BGID": codes(12), "street": ["林山寨街道"] * 12, "n": range(12), **columns}
    return geopandas.GeoDataFrame(data, geometry=CELLS, crs=crs)


def written(folder: Path, suffix: str, frame: geopandas.GeoDataFrame, **options: object) -> Path:
    file = folder / f"cells{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(file)
    else:
        frame.to_file(file, engine="pyogrio", **options)
    return file


def read(file: Path, **said: str) -> Features:
    return read_features(file, Choices(**said), Report(file.name))


def refused(file: Path, **said: str) -> str:
    with pytest.raises(ImportRefused) as stopped:
        read(file, **said)
    assert "怎么办" in str(stopped.value)
    return str(stopped.value)


def worst_m(features: Features) -> float:
    """How far the outlines lie from where they should, metres."""
    order = np.argsort(features.columns["BGID"])
    return float(shapely.hausdorff_distance(features.shapes[order], CELLS).max() * 111_320)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4547", "EPSG:4526", "EPSG:3857"])
def test_every_format_in_every_coordinate_system(tmp_path: Path, suffix: str, crs: str) -> None:
    if crs != "EPSG:4326" and suffix in (".geojson", ".json"):
        projected = frame().to_crs(crs)
        features = read(written(tmp_path, suffix, projected), crs=crs)
    else:
        features = read(written(tmp_path, suffix, frame().to_crs(crs)))
    assert sorted(features.columns["BGID"]) == codes(12)
    assert features.columns["street"] == ["林山寨街道"] * 12
    assert sorted(features.columns["n"], key=int)[:2] == ["0", "1"]
    assert features.rows.tolist() == list(range(1, 13))
    assert worst_m(features) < 0.01


@pytest.mark.parametrize(("datum", "shift"), [("gcj02", to_gcj02), ("bd09", to_bd09)])
def test_a_shifted_file_is_shifted_back(tmp_path: Path, datum: str, shift: object) -> None:
    moved = frame("EPSG:4326")
    moved.geometry = shapely.transform(
        CELLS,
        lambda p: np.column_stack(shift(p[:, 0].copy(), p[:, 1].copy())),  # type: ignore[operator]
    )
    file = written(tmp_path, ".gpkg", moved)
    assert worst_m(read(file)) > 300
    assert worst_m(read(file, datum=datum)) < 0.01


# What a file does not say ------------------------------------------------------------------------


def without_prj(folder: Path, crs: str) -> Path:
    file = written(folder, ".shp", frame().to_crs(crs))
    file.with_suffix(".prj").unlink()
    return file


@pytest.mark.parametrize(
    ("crs", "hint"),
    [
        ("EPSG:4490", "像经纬度：CGCS2000 写 --crs EPSG:4490"),
        ("EPSG:4547", "像高斯-克吕格平面坐标"),
        ("EPSG:4526", "像带带号 38 的高斯-克吕格坐标：CGCS2000 写 --crs EPSG:4526"),
        ("EPSG:3857", "问明坐标系"),
    ],
)
def test_no_coordinate_system(tmp_path: Path, crs: str, hint: str) -> None:
    file = without_prj(tmp_path, crs)
    said = refused(file)
    assert "【没有坐标系】" in said and hint in said and "坐标范围 x " in said
    assert worst_m(read(file, crs=crs)) < 0.01


def test_a_parquet_without_a_coordinate_system_says_so(tmp_path: Path) -> None:
    assert "没有坐标系" in refused(written(tmp_path, ".parquet", frame(None)))


def test_an_old_datum_is_a_finding(tmp_path: Path) -> None:
    file = written(tmp_path, ".gpkg", frame().to_crs("EPSG:2383"))
    report = Report(file.name)
    read_features(file, Choices(), report)
    assert report.findings[0].found == "坐标系是 Xian 1980 / 3-degree Gauss-Kruger CM 114E"
    with pytest.raises(ImportRefused, match="旧坐标系"):
        report.refuse()


@pytest.mark.parametrize("crs", ["EPSG:99999", "看不懂", 'LOCAL_CS["CAD",UNIT["metre",1]]'])
def test_a_useless_coordinate_system(tmp_path: Path, crs: str) -> None:
    said = refused(written(tmp_path, ".gpkg", frame()), crs=crs)
    assert "坐标系不可用" in said


def test_metres_taken_for_degrees_are_impossible(tmp_path: Path) -> None:
    file = without_prj(tmp_path, "EPSG:4547")
    assert "不在 WGS 84 的范围内" in refused(file, crs="EPSG:4326")


# Encodings ---------------------------------------------------------------------------------------


def chinese(folder: Path, encoding: str, cpg: str | None) -> Path:
    file = written(folder, ".shp", frame(), encoding=encoding)
    declared = file.with_suffix(".cpg")
    declared.unlink(missing_ok=True)
    if cpg is not None:
        declared.write_text(cpg)
    data = bytearray(file.with_suffix(".dbf").read_bytes())
    data[29] = 0  # no language driver id either
    file.with_suffix(".dbf").write_bytes(data)
    return file


@pytest.mark.parametrize("cpg", [None, "ISO-8859-1", "ANSI 1252", "System"])
def test_gbk_that_nobody_declared(tmp_path: Path, cpg: str | None) -> None:
    file = chinese(tmp_path, "gbk", cpg)
    said = refused(file)
    assert (
        "【文字编码】" in said and "按 GBK 读作 “林山寨街道”" in said and "--encoding GBK" in said
    )
    assert read(file, encoding="GBK").columns["street"] == ["林山寨街道"] * 12


@pytest.mark.parametrize("cpg", ["GBK", "936", "CP936", "GB18030"])
def test_gbk_that_is_declared(tmp_path: Path, cpg: str) -> None:
    file = chinese(tmp_path, "gbk", cpg)
    assert read(file).columns["street"] == ["林山寨街道"] * 12


def test_gbk_declared_in_the_header(tmp_path: Path) -> None:
    file = chinese(tmp_path, "gbk", None)
    data = bytearray(file.with_suffix(".dbf").read_bytes())
    data[29] = 0x4D
    file.with_suffix(".dbf").write_bytes(data)
    assert read(file).columns["street"] == ["林山寨街道"] * 12


def test_utf8_that_nobody_declared_is_plain(tmp_path: Path) -> None:
    assert read(chinese(tmp_path, "utf-8", None)).columns["street"] == ["林山寨街道"] * 12


def test_a_wrong_declaration_is_seen(tmp_path: Path) -> None:
    said = refused(chinese(tmp_path, "gbk", "UTF-8"))
    assert "说是 utf-8，但属性文字不是" in said and "林山寨街道" in said
    assert "说是 utf-8" in refused(chinese(tmp_path, "gbk", None), encoding="UTF-8")
    assert "没有叫 GKB 的编码" in refused(chinese(tmp_path, "gbk", None), encoding="GKB")


def test_a_geojson_in_gbk(tmp_path: Path) -> None:
    file = written(tmp_path, ".geojson", frame("EPSG:4326"))
    file.write_bytes(file.read_text("utf-8").encode("gbk"))
    assert "按 GBK 读作" in refused(file) and "林山寨" in refused(file)
    assert read(file, encoding="GBK").columns["street"] == ["林山寨街道"] * 12


# The file itself ---------------------------------------------------------------------------------


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "cells.dwg").write_bytes(b"AC1032")
    assert "不认识 .dwg" in refused(tmp_path / "cells.dwg")
    assert "没有文件" in refused(tmp_path / "none.shp")
    (tmp_path / "cells.gpkg").write_bytes(b"SQLite format 3\0 but not really")
    assert "GeoPackage 读不了" in refused(tmp_path / "cells.gpkg")
    frame().drop(columns="geometry").to_parquet(tmp_path / "table.parquet")
    assert "没有 GeoParquet 的图形说明" in refused(tmp_path / "table.parquet")


def test_a_shapefile_without_its_companions(tmp_path: Path) -> None:
    file = written(tmp_path, ".shp", frame())
    file.with_suffix(".dbf").unlink()
    assert "旁边缺 cells.dbf" in refused(file)


def test_a_cut_off_dbf(tmp_path: Path) -> None:
    file = written(tmp_path, ".shp", frame())
    data = file.with_suffix(".dbf").read_bytes()
    file.with_suffix(".dbf").write_bytes(data[: len(data) // 2])
    assert "不完整：应有 12 行" in refused(file)


def test_several_layers(tmp_path: Path) -> None:
    file = tmp_path / "cells.gpkg"
    frame().to_file(file, layer="网格", engine="pyogrio")
    frame().head(2).to_file(file, layer="社区", engine="pyogrio")
    assert "有 2 个图层：网格、社区；用 --layer" in refused(file)
    assert len(read(file, layer="社区").rows) == 2
    assert "没有图层 街道；有 网格、社区" in refused(file, layer="街道")


def test_an_empty_file(tmp_path: Path) -> None:
    assert "一个图形都没有" in refused(written(tmp_path, ".gpkg", frame().head(0)))


def test_heights_are_left_behind(tmp_path: Path) -> None:
    high = frame()
    high.geometry = shapely.force_3d(CELLS, 80.0)
    features = read(written(tmp_path, ".gpkg", high))
    assert not shapely.has_z(features.shapes).any() and worst_m(features) < 0.01


def test_numbers_that_are_codes_keep_their_digits(tmp_path: Path) -> None:
    numeric = frame(BGID=[float(code) for code in codes(12)])
    for suffix in (".gpkg", ".parquet", ".shp"):
        assert read(written(tmp_path, suffix, numeric)).columns["BGID"] == codes(12)
    assert Plane(114).crs.to_epsg() == 4547
