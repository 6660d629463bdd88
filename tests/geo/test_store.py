"""The store: versions side by side, readable by others, whole or not there."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from geo.grid import Grid, GridError
from geo.store import GridStore
from tests.geo.qingshi import block, town


@pytest.fixture
def store(tmp_path: Path) -> GridStore:
    return GridStore(tmp_path / "grid" / "qingshi")


def same(one: Grid, other: Grid) -> bool:
    levels = all(
        (one.parent[id] == other.parent[id]).all()
        and one.levels[id].codes == other.levels[id].codes
        and one.levels[id].names == other.levels[id].names
        and one.levels[id].given == other.levels[id].given
        and shapely.equals_exact(one.levels[id].outlines, other.levels[id].outlines).all()
        for id in one.levels
    )
    cells = (one.codes == other.codes).all() and shapely.equals_exact(
        one.shapes, other.shapes
    ).all()
    numbers = (one.centres == other.centres).all() and (one.area_m2 == other.area_m2).all()
    return bool(levels and cells and numbers) and (one.version, one.city, one.origin) == (
        other.version, other.city, other.origin,
    )  # fmt: skip


@pytest.mark.parametrize("grid", [block(), town()], ids=["imported", "generated"])
def test_what_was_saved_is_read_again(store: GridStore, grid: Grid) -> None:
    store.save(grid)
    assert same(store.load(), grid)
    about = store.about(grid.version)
    assert (about.cells, about.members["duty_grid"]) == (
        len(grid),
        len(grid.levels["duty_grid"].codes),
    )
    assert about.bounds == grid.bounds


def test_versions_stay_side_by_side_and_one_is_current(store: GridStore) -> None:
    assert store.current is None and store.versions() == []
    store.save(town())
    store.save(block())
    assert store.current == block().version
    assert {about.version for about in store.versions()} == {town().version, block().version}
    assert same(store.load(town().version), town())
    store.choose(town().version)
    assert store.current == town().version
    store.save(block())
    assert [about.version for about in store.versions()] == [town().version, block().version]


def test_other_programs_read_the_cells(store: GridStore) -> None:
    """geopandas knows the geometry, the coordinate system and the columns."""
    folder = store.save(block())
    frame = geopandas.read_parquet(folder / "cells.parquet")
    assert frame.crs.to_epsg() == 4326 or frame.crs.to_string() == "OGC:CRS84"
    assert frame.geometry.geom_equals(geopandas.GeoSeries(block().shapes, crs=frame.crs)).all()
    assert frame["duty_grid"].tolist() == ["W", "W", "E", "E"] * 3
    assert np.allclose(frame.total_bounds, block().bounds)


def test_what_is_not_there_or_broken_is_said(store: GridStore) -> None:
    with pytest.raises(GridError, match="还没有网格"):
        store.load()
    with pytest.raises(GridError, match="没有版本 0123"):
        store.load("0123")
    with pytest.raises(GridError, match="没有版本"):
        store.choose("0123")
    folder = store.save(block())
    whole = (folder / "cells.parquet").read_bytes()
    (folder / "cells.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(GridError, match=r"读不出|不是本程序"):
        store.load()


def test_a_failed_save_leaves_nothing(store: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("geo.store.write_geoparquet", full)
    with pytest.raises(OSError):
        store.save(block())
    assert list(store.folder.iterdir()) == [] and store.current is None
