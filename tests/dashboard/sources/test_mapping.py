"""The mapping file: what it may say, and how everything else is told."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from dashboard.sources.mapping import MappingError, load_mapping, read_mapping

WILLOW: dict[str, Any] = {
    "source": "willow",
    "time": {"zone": "Asia/Shanghai", "format": ["%Y-%m-%d %H:%M:%S", "iso"]},
    "case": {"id": "案卷号"},
    "steps": {"report": "上报时间", "close": {"column": "结案时间", "format": "epoch_s"}},
    "fields": {
        "deadline": "处置截止",
        "channel": {"column": "来源", "values": {"热线": "hotline_12319"}, "unknown": "reject"},
        "category": {"column": ["大类", "小类"], "prefix": "E", "width": 4},
    },
    "location": {"lon": "经度", "lat": "纬度", "datum": "gcj02"},
}


def changed(**changes: Any) -> dict[str, Any]:
    """The mapping with `section__key=value` put in."""
    table = copy.deepcopy(WILLOW)
    for path, value in changes.items():
        *sections, key = path.split("__")
        place = table
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    return table


def test_a_mapping_is_read_whole() -> None:
    mapping = read_mapping(WILLOW)
    assert mapping.source == "willow"
    assert mapping.steps["report"].formats == ("%Y-%m-%d %H:%M:%S", "iso")
    assert mapping.steps["close"].formats == ("epoch_s",)
    assert mapping.fields["category"].names == ("大类", "小类")
    assert mapping.fields["channel"].values == {"热线": "hotline_12319"}
    assert mapping.location is not None and mapping.location.datum == "gcj02"
    assert mapping.columns == (
        "案卷号", "上报时间", "结案时间", "处置截止", "来源", "大类", "小类", "经度", "纬度",
    )  # fmt: skip


def test_what_is_not_written_has_a_plain_default() -> None:
    mapping = read_mapping({"source": "a", "case": {"id": "n"}, "steps": {"report": "t"}})
    assert (mapping.file.encoding, mapping.file.delimiter, mapping.file.header_row) == (
        "utf-8", ",", 1,
    )  # fmt: skip
    assert (mapping.zone, mapping.ambiguous, mapping.nonexistent) == (
        "Asia/Shanghai", "earlier", "shift",
    )  # fmt: skip
    assert mapping.location is None and not mapping.constants


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sauce": 1}, "未知的键 sauce；是否 source？"),
        ({"source": 7}, "source = 7"),
        ({"time__format": "%H:%M"}, "[time] format = '%H:%M'，应为 格式须含年、月、日"),
        ({"time__zone": "Mars/Olympus"}, "[time] zone = 'Mars/Olympus'，应为 IANA"),
        ({"time__zone": "../etc"}, "IANA"),
        ({"time__ambiguous": "both"}, "earlier、later、reject 之一"),
        ({"file__encoding": "gbk2312"}, "[file] encoding = 'gbk2312'，应为 编码名"),
        ({"file__encoding": "hex"}, "[file] encoding = 'hex'，应为 编码名"),
        ({"file__delimiter": "||"}, "[file] delimiter = '||'，应为 一个字符"),
        ({"file__header_row": 0}, "[file] header_row = 0，应为 1–1000 的整数"),
        ({"file__sep": ";"}, "[file] 未知的键 sep"),
        ({"case__id": 3}, "[case] id = 3"),
        ({"case__key": "x"}, "[case] 未知的键 key"),
        ({"steps__reprot": "x"}, "[steps] 未知的键 reprot；是否 report？"),
        ({"fields__distrikt": "x"}, "[fields] 未知的键 distrikt；是否 district？"),
        ({"fields__closed_at": "x"}, "[steps] close 与 [fields] closed_at 是同一个字段"),
        ({"fields__deadline": {"column": "x", "values": {"a": 1}}}, "[fields.deadline] 未知的键"),
        ({"fields__street": {"columns": "x"}}, "[fields.street] column = 未写"),
        ({"fields__street": {"column": "x", "unknown": "keep"}}, "只与 values"),
        ({"fields__channel__unknown": "guess"}, "reject、keep、default、skip 之一"),
        ({"fields__channel__unknown": "default"}, "[fields.channel] default = 未写"),
        ({"fields__channel__values": {}}, "对照表不能为空"),
        ({"fields__channel__values": {"热线": "x" * 65}}, "channel: 65 characters"),
        ({"fields__channel__values": {"热线": 5}}, "channel: 5 is not text"),
        (
            {"fields__channel__valeus": {"a": "b"}},
            "[fields.channel] 未知的键 valeus；是否 values？",
        ),
        ({"location__datum": "beijing54"}, "wgs84、cgcs2000、gcj02、bd09 之一"),
        ({"constants__district": ["a"]}, "[constants] district"),
        ({"constants__satisfaction": 9}, "[constants] satisfaction：satisfaction: 9"),
        ({"constants__channel": "web"}, "[fields] 与 [constants] 只写其一"),
        ({"archive__category": "x"}, "[archive] 只收案卷字段之外的列"),
        ({"steps": {}, "fields__deadline": "x", "case": {}}, "[case] id = 未写"),
        ({"steps": 5}, "steps = 5，应为 一个表"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(MappingError, match=re.escape(told)):
        read_mapping(changed(**changes))


def test_a_mapping_without_any_time_is_refused() -> None:
    with pytest.raises(MappingError, match="没有任何时间列"):
        read_mapping({"source": "a", "case": {"id": "n"}, "fields": {"place": "p"}})


def test_the_file_is_named_in_every_complaint(tmp_path: Path) -> None:
    file = tmp_path / "m.toml"
    for content, told in [
        (None, "读不到"),
        (b"\xff\xfe", "不是 UTF-8"),
        (b"source = ", "TOML"),
        (b"source = 'a'\n", "缺少 [case]"),
    ]:
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(MappingError) as caught:
            load_mapping(file)
        assert str(file) in str(caught.value) and told in str(caught.value)
