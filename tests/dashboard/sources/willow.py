"""柳林, the town whose case system the import tests read: its mapping and a row of its table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MORNING = 1_767_574_800_000
"""2026-01-05 09:00 in Shanghai: when case L001 was reported."""
NOW = MORNING + 300 * 86_400_000

MAPPING: dict[str, Any] = {
    "source": "willow",
    "time": {"format": "%Y-%m-%d %H:%M:%S"},
    "case": {"id": "案卷号"},
    "steps": {"report": "上报时间", "close": "结案时间"},
    "fields": {
        "deadline": "处置截止",
        "channel": {"column": "来源", "values": {"热线": "hotline_12319", "网站": "web"}},
        "category": {"column": ["大类", "小类"], "prefix": "E"},
        "rework_count": "返工",
        "self_handled": "自处",
    },
    "location": {"lon": "经度", "lat": "纬度"},
    "archive": {"说明": "说明"},
}

FIRST: dict[str, Any] = {
    "案卷号": "L001",
    "上报时间": "2026-01-05 09:00:00",
    "结案时间": "",
    "重开时间": "",
    "处置截止": "2026-01-05 17:00:00",
    "来源": "热线",
    "大类": "01",
    "小类": "02",
    "状态": "在办",
    "返工": "0",
    "自处": "否",
    "经度": "113.62",
    "纬度": "34.75",
    "说明": "路灯不亮",
    "版本": "1",
    "更新": "2026-01-05 09:00:00",
    "日期": "2026/1/5",
    "钟点": "9:00",
}
COLUMNS = tuple(FIRST)


def row(**values: Any) -> list[Any]:
    """Case L001 with some cells changed."""
    return [values.get(name, FIRST[name]) for name in COLUMNS]


def rows(count: int) -> list[list[Any]]:
    """Cases L001 …, reported an hour apart, every third closed two hours later."""
    out = []
    for number in range(count):
        day, hour = 5 + number // 20, number % 20
        closed = f"2026-01-{day:02} {hour + 2:02}:00:00" if number % 3 == 0 else ""
        reported = f"2026-01-{day:02} {hour:02}:00:00"
        out.append(row(案卷号=f"L{number + 1:03}", 上报时间=reported, 结案时间=closed))
    return out


PROFILE = """
id = "willow"
code = "990001"
name = "柳林"
[[districts]]
code = "990101"
name = "城东区"
"""


def profile_in(folder: Path) -> Path:
    """The city profile of 柳林 as a file."""
    file = folder / "willow.toml"
    file.write_text(PROFILE, "utf-8")
    return file


def mapping_in(folder: Path, **sections: Any) -> Path:
    """The mapping of 柳林 as a TOML file, with sections replaced."""
    file = folder / "mapping.toml"
    file.write_text(_toml({**MAPPING, **sections}), "utf-8")
    return file


def _toml(table: dict[str, Any]) -> str:
    plain = [f"{key} = {_value(v)}" for key, v in table.items() if not isinstance(v, dict)]
    inner = [
        f"[{key}]\n" + "\n".join(f'"{name}" = {_value(v)}' for name, v in section.items())
        for key, section in table.items()
        if isinstance(section, dict)
    ]
    return "\n".join([*plain, *inner])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{name}" = {_value(v)}' for name, v in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
