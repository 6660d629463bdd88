"""Id tiles: the right cell under the pixel, the same bytes whichever way they are made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.grid import Grid
from geo.idtiles import IdTiles, NoTile, TileMaker, packed, tiles_over, unpacked
from geo.projection import TILE, pixels, unworld
from tests.geo.qingshi import squares, town

ZOOMS = range(11, 17)


def tiles_of(grid: Grid, folder: Path) -> IdTiles:
    return IdTiles(folder, grid.bounds, lambda: grid)


@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_pixel_at_a_cell_s_centre_is_that_cell(zoom: int, tmp_path: Path) -> None:
    tiles = tiles_of(town(), tmp_path)
    pictures: dict[tuple[int, int], np.ndarray] = {}
    for cell, (x, y) in enumerate(pixels(town().centres, zoom).tolist()):
        at = (x // TILE, y // TILE)
        if at not in pictures:
            pictures[at] = unpacked(tiles.tile(zoom, *at))
        assert pictures[at][y % TILE, x % TILE] == cell + 1


@pytest.mark.parametrize("zoom", [14, 16])
def test_every_other_pixel_is_the_cell_its_own_centre_lies_in(zoom: int) -> None:
    grid = town()
    maker = TileMaker(grid.shapes, grid.centres)
    columns, rows = tiles_over(grid.bounds, zoom)
    x, y = columns[len(columns) // 2], rows[len(rows) // 2]
    ids = maker.ids(zoom, x, y)
    at_y, at_x = np.mgrid[:TILE, :TILE] + 0.5
    spots = np.column_stack((at_x.ravel() + x * TILE, at_y.ravel() + y * TILE)) / (TILE << zoom)
    points = shapely.points(unworld(spots))
    point, cell = shapely.STRtree(grid.shapes).query(points, predicate="intersects")
    true = np.zeros(TILE * TILE, np.int64)
    true[point] = cell + 1
    differs = np.nonzero(ids.ravel() != true)[0]
    centres = {tuple(p) for p in (pixels(grid.centres, zoom) - (x * TILE, y * TILE)).tolist()}
    assert all((i % TILE, i // TILE) in centres for i in differs.tolist())
    assert (ids > 0).any()


def test_a_row_of_tiles_is_its_tiles_side_by_side() -> None:
    maker = TileMaker(town().shapes, town().centres)
    columns, rows = tiles_over(town().bounds, 15)
    band = maker.ids(15, columns.start, rows[1], len(columns))
    single = [maker.ids(15, x, rows[1]) for x in columns]
    assert (band == np.hstack(single)).all()


def test_prebuilding_makes_the_same_bytes_and_only_what_is_missing(tmp_path: Path) -> None:
    made = tiles_of(town(), tmp_path / "made")
    made_first = [made.tile(z, x, y) for z, x, y in tiles_of(town(), tmp_path / "all").prebuild()]
    again = tiles_of(town(), tmp_path / "all")
    assert list(again.prebuild()) == []
    files = sorted(f.relative_to(tmp_path / "all") for f in (tmp_path / "all").rglob("*.gz"))
    assert len(files) == len(made_first)
    for file in files:
        assert (tmp_path / "all" / file).read_bytes() == (tmp_path / "made" / file).read_bytes()


def test_kept_tiles_need_no_grid(tmp_path: Path) -> None:
    first = tiles_of(town(), tmp_path).tile(14, *_middle(14))

    def never() -> Grid:
        raise AssertionError("the grid was loaded")

    later = IdTiles(tmp_path, town().bounds, never)
    assert later.tile(14, *_middle(14)) == first
    assert not unpacked(later.tile(14, 0, 0)).any()


def _middle(zoom: int) -> tuple[int, int]:
    columns, rows = tiles_over(town().bounds, zoom)
    return columns[len(columns) // 2], rows[len(rows) // 2]


@pytest.mark.parametrize(
    "address", [(7, 0, 0), (17, 0, 0), (11, -1, 0), (11, 2048, 0), (11, 0, 2048)]
)
def test_no_tile_at_an_impossible_address(address: tuple[int, int, int], tmp_path: Path) -> None:
    with pytest.raises(NoTile):
        tiles_of(town(), tmp_path).tile(*address)


def test_of_two_centres_in_one_pixel_the_second_is_crowded() -> None:
    small = squares(6, 6, 20.0)
    centres = shapely.get_coordinates(shapely.centroid(small))
    maker = TileMaker(small, centres)
    assert len(maker.crowded(11)) > 20
    assert len(maker.crowded(16)) == 0
    assert len(TileMaker(town().shapes, town().centres).crowded(11)) == 0


def test_a_tile_packs_and_unpacks() -> None:
    ids = np.arange(TILE * TILE, dtype=np.uint32).reshape(TILE, TILE)
    assert (unpacked(packed(ids)) == ids).all()
    assert packed(ids) == packed(ids.copy())
