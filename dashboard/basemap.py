"""The base map 底图 below the heat: what the configuration says of it, checked, for the browser.

`boundaries`, the default, loads nothing. Files are served by this host; only `url` and `tianditu`
let screens ask others, and then the page's policy names exactly those hosts.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from dashboard.config import Config
from dashboard.settings import ConfigError

TIANDITU: Final = (
    "https://t{s}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
"""天地图 WMTS; `{layer}`: vec 矢量底图, cva 注记."""
SUBDOMAINS: Final = "abc"
"""What `{s}` in a template stands for."""
PMTILES_URL: Final = "/base/map.pmtiles"
MBTILES_URL: Final = "/base/{z}/{x}/{y}"
_OSM: Final = "© OpenStreetMap"
_PICTURES: Final = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
}
_MVT, _HEAD = 1, 127


@dataclass(frozen=True)
class BaseMap:
    """`told`: what the page knows of it; `pmtiles` or `pictures`: what this host serves of it."""

    told: Mapping[str, Any]
    pmtiles: Path | None = None
    pictures: MbTiles | None = None


def base_map(config: Config) -> BaseMap:
    """The base map of the configuration. Raises `ConfigError`."""
    return {
        "boundaries": lambda: BaseMap({"kind": "boundaries"}),
        "pmtiles": lambda: _pmtiles(config),
        "mbtiles": lambda: _mbtiles(config),
        "url": lambda: _template(config),
        "tianditu": lambda: _tianditu(config),
    }[config.base_map]()


def _pmtiles(config: Config) -> BaseMap:
    file = _file_of(config)
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if len(head) < _HEAD or head[:7] != b"PMTiles" or head[7] != 3:
        raise ConfigError("base_map_file", str(file), "第 3 版的 PMTiles 文件")
    if head[99] != _MVT:
        expected = "矢量（MVT）的 PMTiles；栅格的请转成 mbtiles，并写 base_map = mbtiles"
        raise ConfigError("base_map_file", str(file), expected)
    told = {"kind": "pmtiles", "url": PMTILES_URL, "max_zoom": head[101]}
    return BaseMap(told | _credit(config, _OSM), pmtiles=file)


def _mbtiles(config: Config) -> BaseMap:
    file = _file_of(config)
    try:
        tiles = MbTiles(file)
        low, high, credit, first = tiles.described()
    except sqlite3.Error as error:
        raise ConfigError("base_map_file", str(file), f"MBTiles 文件（{error}）") from error
    if media_of(first) is None:
        expected = "栅格（png、jpg、webp）的 MBTiles；矢量的请转成 pmtiles，并写 base_map = pmtiles"
        raise ConfigError("base_map_file", str(file), expected)
    told = {"kind": "mbtiles", "url": MBTILES_URL, "min_zoom": low, "max_zoom": high}
    return BaseMap(told | _credit(config, credit), pictures=tiles)


def _template(config: Config) -> BaseMap:
    url = config.base_map_url
    if not url:
        raise ConfigError("base_map_url", None, "瓦片地址模板（base_map = url 时必填）")
    told: dict[str, Any] = {"kind": "url", "url": url, "subdomains": SUBDOMAINS}
    if not url.startswith("/"):
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        told["hosts"] = sorted({origin.replace("{s}", one) for one in SUBDOMAINS})
    return BaseMap(told | _credit(config, ""))


def _tianditu(config: Config) -> BaseMap:
    if not config.tianditu_key:
        raise ConfigError("tianditu_key", None, "天地图浏览器端密钥（base_map = tianditu 时必填）")
    told = {
        "kind": "tianditu",
        "key": config.tianditu_key,
        "url": TIANDITU,
        "layers": ["vec", "cva"],
        "hosts": [f"https://t{n}.tianditu.gov.cn" for n in range(8)],
    }
    return BaseMap(told | _credit(config, "天地图"))


def _file_of(config: Config) -> Path:
    file = config.base_map_file
    if file is None or not file.is_file():
        found = None if file is None else str(file)
        raise ConfigError("base_map_file", found, f"已有的 {config.base_map} 文件")
    return file


def _credit(config: Config, usual: str) -> dict[str, str]:
    """The attribution 来源说明, as text: files often have a link there."""
    return {"attribution": config.map_attribution or re.sub(r"<[^>]*>", "", usual)}


def media_of(tile: bytes) -> str | None:
    """The media type of a picture by its first bytes; None: not one a browser shows."""
    return next((media for magic, media in _PICTURES.items() if tile.startswith(magic)), None)


class MbTiles:
    """The pictures of an MBTiles file; asked by several threads, each with its own connection."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._threads = threading.local()

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """A picture by XYZ address (MBTiles counts rows from the south); None: not there."""
        row = self._connection().execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, x, (1 << zoom) - 1 - y),
        )
        found = row.fetchone()
        return None if found is None else bytes(found[0])

    def described(self) -> tuple[int, int, str, bytes]:
        """(lowest zoom, highest zoom, attribution, some tile). Raises `sqlite3.Error`."""
        connection = self._connection()
        low, high = connection.execute(
            "SELECT min(zoom_level), max(zoom_level) FROM tiles"
        ).fetchone()
        if low is None:
            raise sqlite3.DataError("一张瓦片都没有")
        credit = connection.execute(
            "SELECT value FROM metadata WHERE name = 'attribution'"
        ).fetchone()
        (first,) = connection.execute("SELECT tile_data FROM tiles LIMIT 1").fetchone()
        return int(low), int(high), str(credit[0]) if credit else "", bytes(first)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True)
            self._threads.connection = connection
        return connection
