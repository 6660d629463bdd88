"""Base maps 底图 that need more than a file: what the browser is told of them."""

from __future__ import annotations

from typing import Any, Final

TIANDITU: Final = (
    "https://t{s}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
"""天地图 WMTS; `{layer}`: vec 矢量底图, cva 注记."""


def tianditu(key: str) -> dict[str, Any]:
    """天地图 with the city's own browser key; the screens must reach the internet for it."""
    return {
        "kind": "tianditu",
        "key": key,
        "url": TIANDITU,
        "layers": ["vec", "cva"],
        "attribution": "天地图",
        "hosts": [f"https://t{n}.tianditu.gov.cn" for n in range(8)],
    }
