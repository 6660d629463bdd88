"""Base maps 底图: the configuration read, refused or served, from small files of our own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import struct
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Router

from dashboard.basemap import BaseMap, base_map
from dashboard.baseweb import base_routes
from dashboard.city import load_profile
from dashboard.config import Config, load_config
from dashboard.demogrid import make
from dashboard.server import create_app
from dashboard.settings import ConfigError
from geo.store import GridStore
from tests.dashboard.asking import Answer, ask
from tests.dashboard.test_web import started
from tests.servers import RedisServer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)


def config_of(**values: Any) -> Config:
    return load_config(env={f"CITYOPS_{k.upper()}": str(v) for k, v in values.items()})


def mbtiles(file: Path, tile: bytes = PNG, credit: str = "<a href=x>测绘院</a>") -> Path:
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE metadata (name text, value text)")
        db.execute("INSERT INTO metadata VALUES ('attribution', ?)", (credit,))
        columns = "zoom_level integer, tile_column integer, tile_row integer, tile_data blob"
        db.execute(f"CREATE TABLE tiles ({columns})")
        db.execute("INSERT INTO tiles VALUES (8, 208, ?, ?)", ((1 << 8) - 1 - 101, tile))
        db.execute("INSERT INTO tiles VALUES (11, 1664, 1236, ?)", (tile,))
    db.close()
    return file


def pmtiles(file: Path, kind: int = 1, version: int = 3) -> Path:
    head = b"PMTiles" + bytes([version]) + struct.pack("<11Q", *range(11))
    head += bytes([1, 1, 1, kind, 0, 13])
    file.write_bytes(head + bytes(127 - len(head)) + b"0123456789")
    return file


def get(base: BaseMap, path: str, **headers: str) -> Answer:
    return asyncio.run(ask(Router(list(base_routes(base))), path, **headers))


def test_boundaries_are_the_default_and_load_nothing() -> None:
    base = base_map(config_of())
    assert base.told == {"kind": "boundaries"} and base_routes(base) == []


def test_pictures_of_an_mbtiles_file_are_served_by_xyz(tmp_path: Path) -> None:
    file = mbtiles(tmp_path / "b.mbtiles")
    base = base_map(config_of(base_map="mbtiles", base_map_file=file))
    assert base.told == {
        "kind": "mbtiles",
        "url": "/base/{z}/{x}/{y}",
        "min_zoom": 8,
        "max_zoom": 11,
        "attribution": "测绘院",
    }
    found = get(base, "/base/8/208/101")
    assert (found.status, found.body) == (200, PNG)
    assert found.headers["content-type"] == "image/png"
    assert get(base, "/base/8/208/102").status == 204
    assert get(base, "/base/8/999/1").status == 404
    assert get(base, "/base/99/0/0").status == 404


def test_a_pmtiles_file_is_served_by_ranges(tmp_path: Path) -> None:
    file = pmtiles(tmp_path / "b.pmtiles")
    base = base_map(config_of(base_map="pmtiles", base_map_file=file))
    assert base.told == {
        "kind": "pmtiles",
        "url": "/base/map.pmtiles",
        "max_zoom": 13,
        "attribution": "© OpenStreetMap",
    }
    found = get(base, "/base/map.pmtiles", range="bytes=127-131")
    assert (found.status, found.body) == (206, b"01234")
    assert found.headers["content-range"] == "bytes 127-131/137"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://t.city.cn/{z}/{x}/{y}.png", ["https://t.city.cn"]),
        (
            "http://{s}.t.cn:81/{z}/{y}/{x}?v=1",
            ["http://a.t.cn:81", "http://b.t.cn:81", "http://c.t.cn:81"],
        ),
        ("/own/{z}/{x}/{y}", None),
    ],
)
def test_a_template_names_the_hosts_that_screens_may_ask(url: str, hosts: list[str] | None) -> None:
    told = base_map(config_of(base_map="url", base_map_url=url)).told
    assert told["url"] == url and told.get("hosts") == hosts


def test_tianditu_asks_its_eight_hosts_with_the_key() -> None:
    told = base_map(config_of(base_map="tianditu", tianditu_key="k" * 32)).told
    assert told["key"] == "k" * 32 and len(told["hosts"]) == 8
    assert all(part in told["url"] for part in ("{layer}", "{z}", "{y}", "{x}", "{key}"))


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"base_map": "google"}, "base_map"),
        ({"base_map": "url"}, "base_map_url"),
        ({"base_map": "url", "base_map_url": "https://t.cn/{z}/{x}.png"}, "base_map_url"),
        ({"base_map": "url", "base_map_url": "ftp://t.cn/{z}/{x}/{y}"}, "base_map_url"),
        (
            {"base_map": "url", "base_map_url": "https://t.cn; script-src */{z}/{x}/{y}"},
            "base_map_url",
        ),
        ({"base_map": "tianditu"}, "tianditu_key"),
        ({"base_map": "pmtiles"}, "base_map_file"),
        ({"base_map": "mbtiles", "base_map_file": "absent.mbtiles"}, "base_map_file"),
        ({"map_approval": "<b>"}, "map_approval"),
    ],
)
def test_what_cannot_be_shown_is_refused_by_name(values: dict[str, str], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        base_map(config_of(**values))
    assert refused.value.key == key


def test_files_of_another_kind_are_refused_with_the_way_out(tmp_path: Path) -> None:
    def refusal(kind: str, file: Path) -> str:
        with pytest.raises(ConfigError) as refused:
            base_map(config_of(base_map=kind, base_map_file=file))
        return str(refused.value)

    text = tmp_path / "text"
    text.write_text("no tiles")
    assert "第 3 版" in refusal("pmtiles", text)
    assert "第 3 版" in refusal("pmtiles", pmtiles(tmp_path / "old", version=2))
    assert "base_map = mbtiles" in refusal("pmtiles", pmtiles(tmp_path / "png", kind=2))
    assert "MBTiles" in refusal("mbtiles", text)
    vector = mbtiles(tmp_path / "vector", tile=b"\x1f\x8b\x08")
    assert "base_map = pmtiles" in refusal("mbtiles", vector)
    empty = tmp_path / "empty"
    with sqlite3.connect(empty) as db:
        db.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
    db.close()
    assert "一张瓦片都没有" in refusal("mbtiles", empty)


def test_a_server_with_a_grid_serves_its_base_map_and_lets_screens_ask_no_other_host(
    tmp_path: Path, redis_server: RedisServer
) -> None:
    make(load_profile("meixian"), GridStore(tmp_path / "grid" / "meixian"))
    common = {"city": "meixian", "data_dir": tmp_path, "access": "open"}
    common |= {"redis_url": redis_server.url}

    def visit(*paths: str, **chosen: Any) -> list[Answer]:
        async def going() -> list[Answer]:
            app = create_app(config_of(**common, **chosen))
            async with started(app):
                return [await ask(app, path) for path in paths]

        return asyncio.run(going())

    (plain,) = visit("/wall")
    assert "img-src 'self' data:;" in plain.headers["content-security-policy"]
    url = "https://t.city.cn/{z}/{x}/{y}.png"
    number = "GS(2024)0650号"
    chosen, layout = visit(
        "/wall", "/wall/_dash-layout", base_map="url", base_map_url=url, map_approval=number
    )
    assert "img-src 'self' data: https://t.city.cn;" in chosen.headers["content-security-policy"]
    assert url in chosen.text and number in json.loads(layout.text).__repr__()
    file = mbtiles(tmp_path / "b.mbtiles")
    tile, meta = visit("/base/8/208/101", "/grid/meta.json", base_map="mbtiles", base_map_file=file)
    assert tile.body == PNG and json.loads(meta.text)["base"]["kind"] == "mbtiles"
