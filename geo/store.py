"""The grid store 网格库: every version of a city's grid as GeoParquet, side by side in a folder.

    <folder>/<version>/cells.parquet, district.parquet, …, report.csv, tiles/
    <folder>/current        the version new ledgers start with

A version's files are written beside and moved into place whole; they never change afterwards.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import shapely  # type: ignore[import-untyped]

from geo.grid import UNKNOWN, UPPER, Grid, GridError, Level, Origin
from geo.projection import Shapes

_ABOUT: Final = b"cityops"


@dataclass(frozen=True)
class About:
    """What a stored version says of itself."""

    version: str
    city: str
    cells: int
    members: dict[str, int]
    origin: Origin
    bounds: tuple[float, float, float, float]


class GridStore:
    """One city's versions in one folder; the folder may be copied to other hosts as it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def current(self) -> str | None:
        """The version chosen last; None before the first."""
        try:
            return (self.folder / "current").read_text("ascii").strip() or None
        except FileNotFoundError:
            return None

    def choose(self, version: str) -> None:
        """Makes a stored version the current one. Raises `GridError`."""
        self.about(version)
        _write_whole(self.folder / "current", version.encode())

    def versions(self) -> list[About]:
        """Every stored version, oldest first."""
        files = self.folder.glob("*/cells.parquet")
        return [self.about(file.parent.name) for file in sorted(files, key=_written)]

    def about(self, version: str) -> About:
        """What a version says of itself, without reading it. Raises `GridError`."""
        file = self.path(version) / "cells.parquet"
        if not file.is_file():
            raise GridError(f"网格库 {self.folder} 中没有版本 {version}")
        try:
            said = json.loads(pq.read_schema(file).metadata[_ABOUT])
        except (KeyError, ValueError, pa.ArrowException) as error:
            raise GridError(f"{file} 不是本程序写的网格（{error}）") from error
        said |= {"origin": Origin(**said["origin"]), "bounds": tuple(said["bounds"])}
        return About(**said)

    def path(self, version: str) -> Path:
        """The folder of a version; its tiles lie in `tiles/`."""
        return self.folder / version

    def save(self, grid: Grid, choose: bool = True) -> Path:
        """Writes a version and chooses it; a version already there stays as it is."""
        target = self.path(grid.version)
        if not (target / "cells.parquet").is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=".", dir=self.folder))
            try:
                _write(grid, fresh)
                fresh.chmod(0o755)
                fresh.replace(target)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
        if choose:
            self.choose(grid.version)
        return target

    def load(self, version: str | None = None) -> Grid:
        """A version, or the current one. Raises `GridError`."""
        wanted = version or self.current
        if wanted is None:
            raise GridError(f"{self.folder} 中还没有网格：cityops grid import 或 generate")
        about = self.about(wanted)
        try:
            return _read(about, self.path(wanted))
        except (pa.ArrowException, OSError, KeyError, shapely.errors.ShapelyError) as error:
            raise GridError(f"读不出网格 {self.path(wanted)}（{error}）") from error


def _written(file: Path) -> tuple[float, str]:
    return file.stat().st_mtime, str(file)


def _write_whole(file: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as fresh:
        fresh.write(content)
    Path(fresh.name).chmod(0o644)
    Path(fresh.name).replace(file)


def _write(grid: Grid, folder: Path) -> None:
    columns: dict[str, Any] = {
        "code": grid.codes.tolist(),
        "lon": grid.centres[:, 0],
        "lat": grid.centres[:, 1],
        "area_m2": grid.area_m2,
    }
    for id in UPPER:
        parent = grid.parent[id]
        numbers = pa.array(parent, pa.int32(), mask=parent == UNKNOWN)
        codes = pa.array(grid.levels[id].codes, pa.string())
        columns[id] = pa.DictionaryArray.from_arrays(numbers, codes).dictionary_decode()
    about = About(
        grid.version,
        grid.city,
        len(grid),
        {id: len(grid.levels[id].codes) for id in UPPER},
        grid.origin,
        grid.bounds,
    )
    write_geoparquet(folder / "cells.parquet", columns, grid.shapes, asdict(about))
    for id, level in grid.levels.items():
        named = {"code": level.codes, "name": level.names}
        write_geoparquet(folder / f"{id}.parquet", named, level.outlines, {"given": level.given})


def write_geoparquet(
    file: Path, columns: dict[str, Any], shapes: Shapes, about: dict[str, Any]
) -> None:
    """GeoParquet 1.1 in WGS-84 longitudes and latitudes, zstd; `about` goes into its metadata."""
    kinds = sorted({shape.geom_type for shape in shapes})
    box = shapely.total_bounds(shapes).tolist() if len(shapes) else []
    geometry = {"encoding": "WKB", "geometry_types": kinds, **({"bbox": box} if box else {})}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}
    table = pa.table({**columns, "geometry": pa.array(shapely.to_wkb(shapes), pa.binary())})
    table = table.replace_schema_metadata(
        {b"geo": json.dumps(geo), _ABOUT: json.dumps(about, ensure_ascii=False)}
    )
    pq.write_table(table, file, compression="zstd")


def _read(about: About, folder: Path) -> Grid:
    table = pq.read_table(folder / "cells.parquet")
    levels: dict[str, Level] = {}
    parent = {}
    for id in UPPER:
        stored = pq.read_table(folder / f"{id}.parquet")
        level = levels[id] = Level(
            id,
            tuple(stored["code"].to_pylist()),
            tuple(stored["name"].to_pylist()),
            shapely.from_wkb(stored["geometry"].to_numpy()),
            bool(json.loads(stored.schema.metadata[_ABOUT])["given"]),
        )
        column = table[id].combine_chunks().dictionary_encode()
        places = np.array([level.index[code] for code in column.dictionary.to_pylist()], np.int32)
        numbers = column.indices.fill_null(UNKNOWN).to_numpy()
        parent[id] = np.append(places, np.int32(UNKNOWN))[numbers]  # −1 finds what was appended
    return Grid(
        about.city,
        about.origin,
        about.version,
        np.array(table["code"].to_pylist(), np.str_),
        shapely.from_wkb(table["geometry"].to_numpy()),
        np.column_stack((table["lon"].to_numpy(), table["lat"].to_numpy())),
        table["area_m2"].to_numpy(),
        levels,
        parent,
    )
