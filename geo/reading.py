"""Files of polygons 图形文件 → one table: attributes, WGS-84 shapes, row numbers.

Shapefile, GeoPackage, GeoJSON and FlatGeobuf by GDAL, GeoParquet by Arrow. Whatever a file leaves
unsaid — coordinate system, encoding, layer — is refused rather than guessed.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pyogrio  # type: ignore[import-untyped]
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.datum import TO_WGS84
from geo.dbf import TRIED, read_dbf_text
from geo.findings import Finding, Report
from geo.projection import Shapes, reader

FORMATS: Final = {
    ".shp": "Shapefile",
    ".gpkg": "GeoPackage",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
}
_WESTERN: Final = frozenset({"iso8859-1", "cp1252", "ascii"})
_NAMES: Final = {"utf-8": "UTF-8", "gb18030": "GBK", "big5": "BIG5"}
_OLD_DATUM: Final = re.compile(r"beijing|xian|xi'an|西安|北京", re.I)


@dataclass(frozen=True)
class Choices:
    """What the user says about a file that it does not say itself."""

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    datum: str = "wgs84"


@dataclass(frozen=True, eq=False)
class Features:
    """The features of a file: columns of text, shapes in WGS-84, their row numbers (from 1)."""

    columns: dict[str, list[str]]
    shapes: Shapes
    rows: NDArray[np.int64]

    def take(self, which: Any) -> Features:
        """Some of the features: by a mask or by positions."""
        chosen = np.arange(len(self.rows))[which]
        columns = {k: [v[i] for i in chosen.tolist()] for k, v in self.columns.items()}
        return Features(columns, self.shapes[chosen], self.rows[chosen])


def read_features(file: Path, choices: Choices, report: Report) -> Features:
    """Everything in a file. Raises `ImportRefused`."""
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        known = "、".join(f"{name}（{suffix}）" for suffix, name in FORMATS.items())
        raise report.stop("file", f"不认识 {file.suffix or file.name}；可导入 {known}")
    if not file.is_file():
        raise report.stop("file", f"没有文件 {file}")
    try:
        read = _parquet if kind == "GeoParquet" else _ogr
        names, values, wkb, crs = read(file, kind, choices, report)
        shapes = shapely.force_2d(shapely.from_wkb(wkb))
    except (
        pyogrio.errors.DataSourceError,
        pa.ArrowException,
        shapely.errors.ShapelyError,
    ) as error:
        raise report.stop("file", f"{kind} 读不了：{error}") from error
    if not len(shapes):
        raise report.stop("file", "一个图形都没有")
    columns = {name: _texts(column) for name, column in zip(names, values, strict=True)}
    rows = np.arange(1, len(shapes) + 1)
    report.facts |= {"format": kind, "rows": len(rows), "columns": list(columns)}
    return Features(columns, _to_wgs84(shapes, crs, choices, report), rows)


def _texts(column: Sequence[Any]) -> list[str]:
    """Attributes as text: "" for nothing, whole numbers without a point."""
    out = []
    for value in column:
        if value is None or value != value:
            out.append("")
        elif isinstance(value, float | np.floating) and float(value).is_integer():
            out.append(str(int(value)))
        else:
            out.append(str(value).strip())
    return out


Raw = tuple[Sequence[str], Sequence[Any], Any, str | None]


def _ogr(file: Path, kind: str, choices: Choices, report: Report) -> Raw:
    source: Any = file
    encoding = None
    if kind == "Shapefile":
        encoding = _shapefile_encoding(file, choices, report)
    if kind == "GeoJSON":
        source = _geojson(file, choices, report)
    layers = [name for name, _ in pyogrio.list_layers(source)]
    if choices.layer is not None and choices.layer not in layers:
        raise report.stop("file", f"没有图层 {choices.layer}；有 {'、'.join(layers)}")
    if choices.layer is None and len(layers) > 1:
        raise report.stop(
            "file", f"有 {len(layers)} 个图层：{'、'.join(layers)}；用 --layer 选一个"
        )
    meta, _, wkb, values = pyogrio.raw.read(
        source, layer=choices.layer or layers[0], encoding=encoding, datetime_as_string=True
    )
    if wkb is None:
        raise report.stop("file", "没有图形，只有属性表")
    return list(meta["fields"]), values, wkb, meta["crs"]


def _geojson(file: Path, choices: Choices, report: Report) -> Any:
    """A GeoJSON file's text in UTF-8, which is what the format demands."""
    data = file.read_bytes()
    encoding = choices.encoding or "utf-8-sig"
    try:
        return data.decode(encoding).encode()
    except LookupError as error:
        raise report.stop("encoding", f"没有叫 {encoding} 的编码") from error
    except UnicodeDecodeError as error:
        sample = data[max(0, error.start - 10) : error.start + 10].decode("gb18030", "replace")
        found = f"不是 {encoding} 编码；按 GBK 读作 “{sample.strip()}”，则写 --encoding GBK"
        raise report.stop("encoding", found) from error


def _shapefile_encoding(file: Path, choices: Choices, report: Report) -> str:
    """How the .dbf is encoded: as said, as its .cpg or its header declares, or as is plain."""
    beside = {f.suffix.lower(): f for f in file.parent.glob(f"{file.stem}.*")}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in beside]
    if missing:
        raise report.stop("file", f"旁边缺 {'、'.join(file.stem + s for s in missing)}")
    try:
        text = read_dbf_text(beside[".dbf"])
    except ValueError as error:
        raise report.stop("file", str(error)) from error
    cpg = beside[".cpg"].read_text("ascii", "replace").strip() if ".cpg" in beside else None
    if choices.encoding is not None and _codec(choices.encoding) is None:
        raise report.stop("encoding", f"没有叫 {choices.encoding} 的编码")
    declared = _codec(cpg) or text.declared
    if declared in _WESTERN and text.texts:
        declared = None  # what software writes when it does not know
    said = _codec(choices.encoding) or declared
    if said and text.fits(said):
        return said
    if not said and text.fits("utf-8"):
        return "utf-8"
    if said:
        where = "--encoding" if choices.encoding else ".cpg 或 .dbf 文件头"
        head = f"{where} 说是 {said}，但属性文字不是"
    else:
        head = f"属性文字有汉字，却没有说明编码（.cpg {cpg or '没有'}）"
    fitting = [name for name in TRIED if text.fits(name)]
    readings = [f"按 {_NAMES[n]} 读作 “{'、'.join(text.sample(n))}”" for n in fitting]
    best = _NAMES[fitting[0]] if fitting else "…"
    raise report.stop(
        "encoding", f"{head}；{'；'.join(readings)}。看着对的，就写它，如 --encoding {best}"
    )


def _codec(name: str | None) -> str | None:
    """Python's name of an encoding; None for none and for one it does not know."""
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None


def _parquet(file: Path, kind: str, choices: Choices, report: Report) -> Raw:
    table = pq.read_table(file)
    try:
        geo = json.loads((table.schema.metadata or {})[b"geo"])
        name = geo["primary_column"]
        about = geo["columns"][name]
    except (KeyError, ValueError) as error:
        raise report.stop("file", "是 Parquet，但没有 GeoParquet 的图形说明（geo）") from error
    if about.get("encoding") != "WKB":
        found = f"图形编码 {about.get('encoding')}；只认 WKB，请重新导出"
        raise report.stop("file", found)
    crs = json.dumps(about["crs"]) if about.get("crs") else None
    if "crs" not in about:
        crs = "OGC:CRS84"  # the standard's default
    plain = [c for c in table.column_names if c != name and not pa.types.is_nested(table[c].type)]
    return plain, [table[c].to_pylist() for c in plain], table[name].to_pylist(), crs


def _to_wgs84(shapes: Shapes, crs: str | None, choices: Choices, report: Report) -> Shapes:
    given = choices.crs or crs
    bounds = shapely.total_bounds(shapes)
    if given is None:
        raise report.stop("no_crs", _crs_hint(bounds.tolist()))
    try:
        known = CRS.from_user_input(given)
    except CRSError as error:
        raise report.stop("crs", f"看不懂 {given[:80]}（{error}）"[:300]) from error
    if not (known.is_geographic or known.is_projected):
        raise report.stop("crs", f"{known.name} 是独立坐标系，与经纬度没有换算关系")
    datum = known.geodetic_crs.name if known.geodetic_crs else ""
    if _OLD_DATUM.search(f"{known.name} {datum}"):
        report.add("old_datum", [Finding("old_datum", f"坐标系是 {known.name}")])
    report.facts |= {"crs": known.to_string()[:80], "crs_name": known.name, "datum": choices.datum}
    transform, shift = reader(known), TO_WGS84[choices.datum]

    def move(points: Any) -> Any:
        lon, lat = transform.transform(points[:, 0], points[:, 1])
        return np.round(np.column_stack(shift(np.asarray(lon), np.asarray(lat))), 9)

    moved: Shapes = shapely.transform(shapes, move)
    west, south, east, north = shapely.total_bounds(moved).tolist()
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # nor NaN
        turned = (
            "，经纬度似乎写反了" if -90 <= bounds[0] <= bounds[2] <= 90 < bounds[3] <= 180 else ""
        )
        found = f"坐标 {_box(bounds.tolist())} 不在 {known.name} 的范围内{turned}"
        raise report.stop("crs", found)
    return moved


def _box(bounds: list[float]) -> str:
    return f"x {bounds[0]:.6g} … {bounds[2]:.6g}，y {bounds[1]:.6g} … {bounds[3]:.6g}"


def _crs_hint(bounds: list[float]) -> str:
    """What coordinates without a coordinate system look like."""
    west, south, east, north = bounds
    box = f"坐标范围 {_box(bounds)}"
    if 73 <= west <= east <= 136 and 3 <= south <= north <= 54:
        return f"{box}，像经纬度：CGCS2000 写 --crs EPSG:4490，WGS-84 写 --crs EPSG:4326"
    if 300_000 <= west <= east <= 700_000 and 3e5 <= south <= north <= 6e6:
        return (
            f"{box}，像高斯-克吕格平面坐标：写上本市的带，如中央经线 114° 是 --crs EPSG:4547、"
            "117° 是 --crs EPSG:4548（CGCS2000，3 度带）"
        )
    zone = int(west // 1_000_000)
    if 25 <= zone <= 45 and int(east // 1_000_000) == zone:
        return (
            f"{box}，像带带号 {zone} 的高斯-克吕格坐标：CGCS2000 写 --crs EPSG:{4513 + zone - 25}"
        )
    return f"{box}；请向数据提供方问明坐标系"
