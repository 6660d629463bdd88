"""A row becomes an event: hand-made rows of 柳林, and what each cell turns into."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from dashboard.sources.cells import RowError
from dashboard.sources.mapping import read_mapping
from dashboard.sources.rows import MissingColumns, RowReader
from tests.dashboard.sources.willow import COLUMNS, MAPPING, MORNING, row

HOUR = 3_600_000


def event(values: dict[str, Any], *, as_of: int | None = None, **mapping: Any) -> dict[str, Any]:
    """The event of a row of 柳林 with `values` in it, by the mapping with sections replaced."""
    table = {**MAPPING, **mapping}
    reader = RowReader(read_mapping(table), COLUMNS, as_of)
    found: dict[str, Any] = orjson.loads(reader.event(row(**values)))
    return found


def test_a_whole_row() -> None:
    found = event({"结案时间": "2026-01-05 14:30:00"})
    assert found["case"] == "L001" and found["sent_by"] == "willow" and found["type"] == "case"
    assert found["at"] == found["rev"] == MORNING + 5 * HOUR + HOUR // 2
    assert found["set"] == {
        "reported_at": MORNING,
        "closed_at": MORNING + 5 * HOUR + HOUR // 2,
        "deadline": MORNING + 8 * HOUR,
        "channel": "hotline_12319",
        "category": "E0102",
        "rework_count": 0,
        "self_handled": False,
        "lon": 113.62,
        "lat": 34.75,
        "说明": "路灯不亮",
    }


def test_the_same_row_is_the_same_event_and_another_content_another() -> None:
    assert event({}) == event({})
    assert event({})["id"] != event({"来源": "网站"})["id"]
    assert event({})["rev"] == event({"来源": "网站"})["rev"]


def test_an_empty_cell_clears_its_field() -> None:
    assert event({"结案时间": "  "})["set"]["closed_at"] is None
    assert event({"说明": ""})["set"].get("说明") is None


def test_words_for_nothing_are_empty_too() -> None:
    found = event({"结案时间": "NULL"}, file={"nulls": ["NULL"]})
    assert found["set"]["closed_at"] is None


@pytest.mark.parametrize(
    ("empty", "expected"), [("skip", "absent"), ("default", "other"), ("clear", None)]
)
def test_the_mapping_may_say_otherwise_of_empty_cells(empty: str, expected: str | None) -> None:
    column = {"column": "来源", "empty": empty, "default": "other"}
    found = event({"来源": ""}, fields={"channel": column})
    assert found["set"].get("channel", "absent") == expected


def test_an_empty_cell_may_reject_the_row() -> None:
    with pytest.raises(RowError, match="来源 = 空：不能为空"):
        event({"来源": ""}, fields={"channel": {"column": "来源", "empty": "reject"}})


@pytest.mark.parametrize(
    ("unknown", "expected"), [("keep", "飞鸽"), ("default", "other"), ("skip", "absent")]
)
def test_a_value_outside_the_value_map(unknown: str, expected: str) -> None:
    column = {
        "column": "来源", "values": {"热线": "web"}, "unknown": unknown, "default": "other",
    }  # fmt: skip
    found = event({"来源": "飞鸽"}, fields={"channel": column})
    assert found["set"].get("channel", "absent") == expected


def test_a_value_outside_the_value_map_rejects_the_row_by_default() -> None:
    with pytest.raises(RowError, match="来源 = '飞鸽'：不在对照表"):
        event({"来源": "飞鸽"})


def test_a_step_that_depends_on_a_status_word() -> None:
    steps = {
        "report": "上报时间",
        "cancel": {"column": "结案时间", "when": {"状态": ["作废", "撤销"]}},
        "close": {"column": "结案时间", "when": {"状态": "办结"}},
    }
    ended = {"结案时间": "2026-01-05 10:00:00"}
    cancelled = event({**ended, "状态": "撤销"}, steps=steps)["set"]
    assert (cancelled["cancelled_at"], cancelled["closed_at"]) == (MORNING + HOUR, None)
    closed = event({**ended, "状态": "办结"}, steps=steps)["set"]
    assert (closed["cancelled_at"], closed["closed_at"]) == (None, MORNING + HOUR)


def test_a_later_step_clears_what_it_undoes() -> None:
    steps = {"report": "上报时间", "close": "结案时间", "reopen": "重开时间"}
    closed = {"结案时间": "2026-01-05 10:00:00"}
    again = event({**closed, "重开时间": "2026-01-05 11:00:00"}, steps=steps)["set"]
    assert again["closed_at"] is None and again["reopened_at"] == MORNING + 2 * HOUR
    before = event({**closed, "重开时间": "2026-01-05 09:30:00"}, steps=steps)["set"]
    assert before["closed_at"] == MORNING + HOUR


def test_a_failed_check_is_a_check() -> None:
    steps = {"report": "上报时间", "dispose": "结案时间", "check_fail": "重开时间"}
    failed = event(
        {"结案时间": "2026-01-05 10:00:00", "重开时间": "2026-01-05 11:00:00"}, steps=steps
    )["set"]
    assert failed["checked_at"] == failed["check_failed_at"] == MORNING + 2 * HOUR
    assert failed["disposed_at"] is None


def test_date_and_time_in_two_columns() -> None:
    steps = {"report": {"column": ["日期", "钟点"], "format": "%Y/%m/%d %H:%M"}}
    found = event({"日期": "2026/1/5", "钟点": "9:00"}, steps=steps)
    assert found["set"]["reported_at"] == MORNING


def test_the_revision_comes_from_its_column_or_the_update_time() -> None:
    assert event({"版本": "17"}, case={"id": "案卷号", "rev": "版本"})["rev"] == 17
    found = event({"更新": "2026-01-06 09:00:00"}, case={"id": "案卷号", "updated": "更新"})
    assert found["rev"] == found["at"] == MORNING + 24 * HOUR


@pytest.mark.parametrize("version", ["", "0", "-3", "1.5", "v2"])
def test_a_revision_that_is_none_rejects_the_row(version: str) -> None:
    with pytest.raises(RowError, match="版本"):
        event({"版本": version}, case={"id": "案卷号", "rev": "版本"})


def test_an_export_time_stands_in_for_a_missing_revision() -> None:
    assert event({}, as_of=MORNING + 9 * HOUR)["rev"] == MORNING + 9 * HOUR


def test_a_row_without_any_time_is_rejected() -> None:
    with pytest.raises(RowError, match="没有任何办理时间"):
        event({"上报时间": ""})


def test_a_row_without_a_case_number_is_rejected() -> None:
    with pytest.raises(RowError, match="案卷号不能为空"):
        event({"案卷号": None})


def test_a_wrong_time_names_column_value_and_format() -> None:
    with pytest.raises(RowError, match=r"上报时间 = '5/1/2026'：不是时间，应为格式 %Y-%m-%d"):
        event({"上报时间": "5/1/2026"})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(101001242404, "101001242404"), (7.0, "7"), (Decimal("12.0"), "12"), ("  L7 ", "L7")],
)
def test_numbers_become_text_without_a_point(cell: object, expected: str) -> None:
    assert event({"案卷号": cell})["case"] == expected


def test_a_number_that_lost_digits_is_refused() -> None:
    with pytest.raises(RowError, match="超过 15 位"):
        event({"案卷号": 1.0100124240412346e17})


@pytest.mark.parametrize("cell", [float("nan"), None, ""])
def test_what_data_frames_write_for_nothing_is_nothing(cell: object) -> None:
    assert event({"返工": cell})["set"]["rework_count"] is None


@pytest.mark.parametrize(("cell", "count"), [("2", 2), (2, 2), (2.0, 2), ("2.0", 2)])
def test_counts(cell: object, count: int) -> None:
    assert event({"返工": cell})["set"]["rework_count"] == count


@pytest.mark.parametrize("cell", ["两次", "1.5", "inf", True])
def test_a_count_that_is_none(cell: object) -> None:
    with pytest.raises(RowError, match="返工"):
        event({"返工": cell})


@pytest.mark.parametrize(("cell", "flag"), [("是", True), ("N", False), (True, True), (0, False)])
def test_flags(cell: object, flag: bool) -> None:
    assert event({"自处": cell})["set"]["self_handled"] is flag


def test_leading_zeros_a_sheet_ate_are_put_back() -> None:
    assert event({"大类": 1, "小类": 2}, fields=category("width", 4))["set"]["category"] == "E0012"
    assert event({"大类": "01", "小类": "02"})["set"]["category"] == "E0102"


def category(*option: Any) -> dict[str, Any]:
    column = {"column": ["大类", "小类"], "prefix": "E"}
    return {"category": {**column, option[0]: option[1]}}


def test_a_location_is_moved_to_wgs84() -> None:
    moved = {"lon": "经度", "lat": "纬度", "datum": "gcj02"}
    found = event({}, location=moved)["set"]
    assert 0.004 < 113.62 - found["lon"] < 0.008 and 0.0005 < found["lat"] - 34.75 < 0.004


@pytest.mark.parametrize(
    "cells",
    [{"经度": "", "纬度": ""}, {"经度": "0", "纬度": "0"}, {"经度": None, "纬度": 0.0}],
)
def test_no_location(cells: dict[str, Any]) -> None:
    found = event(cells)["set"]
    assert (found["lon"], found["lat"]) == (None, None)


@pytest.mark.parametrize(
    "cells", [{"经度": "38456123.5"}, {"纬度": ""}, {"经度": "东经"}, {"纬度": "113.6"}]
)
def test_an_impossible_location_rejects_the_row_or_is_dropped(cells: dict[str, Any]) -> None:
    with pytest.raises(RowError, match="度"):
        event(cells)
    dropped = {"lon": "经度", "lat": "纬度", "bad": "drop"}
    assert event(cells, location=dropped)["set"]["lon"] is None


def test_real_dates_need_no_format() -> None:
    assert event({"上报时间": datetime(2026, 1, 5, 9)})["set"]["reported_at"] == MORNING


def test_constants_are_in_every_event() -> None:
    assert event({}, constants={"district": "410102"})["set"]["district"] == "410102"


def test_missing_columns_are_told_with_those_found() -> None:
    mapping = read_mapping(
        {"source": "a", "case": {"id": "案卷号"}, "steps": {"report": "上报", "close": "结案"}}
    )
    with pytest.raises(MissingColumns, match="缺少列 上报、结案；表中有 2 列：案卷号、上报时间"):
        RowReader(mapping, ["案卷号", "上报时间"])


def test_a_column_name_used_twice_is_refused_only_if_it_is_asked_for() -> None:
    with pytest.raises(MissingColumns, match="列名重复，无法区分：来源"):
        RowReader(read_mapping(MAPPING), [*COLUMNS, "来源"])
    RowReader(read_mapping(MAPPING), [*COLUMNS, "备注", "备注"])
