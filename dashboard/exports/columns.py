"""The columns of a list of cases 案卷清单: headings, kinds, and the record's values as people read
them. No person is in it: the collector's number stays out, numbers in place names are masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from dashboard.masking import masked
from dashboard.terms import CASE_KINDS, CATEGORY_GROUPS, STAGES, Channel

Kind = Literal["text", "label", "time", "number"]
"""`label`: text of few different values, kept once written."""


class City(Protocol):
    """What a list of cases needs of a city profile."""

    @property
    def timezone(self) -> str: ...
    @property
    def channels(self) -> Mapping[str, Channel]: ...
    @property
    def channel_groups(self) -> Mapping[str, str]: ...
    def label(self, dimension: str, code: str | None) -> str: ...
    def parent_channel(self, code: str | None) -> str: ...


@dataclass(frozen=True)
class Column:
    """One column: its heading, the stored column it shows, its kind and width in characters."""

    heading: str
    source: str
    kind: Kind
    width: int = 12
    shows: str = ""
    """How a label is made of the stored code, see `_readers`."""


def _times(*pairs: tuple[str, str]) -> tuple[Column, ...]:
    return tuple(Column(heading, source, "time", 19) for heading, source in pairs)


COLUMNS: Final = (
    Column("案卷号", "id", "text", 24),
    Column("所处环节", "stage", "label", 10, "stage"),
    Column("来源大类", "channel", "label", 12, "channel_group"),
    Column("来源", "channel", "label", 14, "channel"),
    Column("类型", "category", "label", 6, "case_kind"),
    Column("大类", "category", "label", 14, "category_group"),
    Column("小类", "category", "label", 18, "category"),
    Column("小类代码", "category", "label", 10),
    Column("立案条件", "condition", "label", 10),
    Column("区", "district", "label", 12, "district"),
    Column("街道", "street", "label", 16, "street"),
    Column("社区", "community", "label", 16),
    Column("责任网格", "duty_grid", "label", 16),
    Column("单元网格", "unit_cell", "text", 18),
    Column("地点", "place", "text", 30),
    Column("经度", "lon", "number", 12),
    Column("纬度", "lat", "number", 12),
    Column("专业部门", "department", "label", 20, "department"),
    *_times(
        ("上报时间", "reported_at"),
        ("受理时间", "accepted_at"),
        ("不予受理时间", "rejected_at"),
        ("核实完成时间", "verified_at"),
        ("立案时间", "filed_at"),
        ("不予立案时间", "refused_at"),
        ("派遣时间", "dispatched_at"),
        ("处置截止", "due_at"),
        ("处置完毕时间", "disposed_at"),
        ("核查时间", "checked_at"),
        ("结案时间", "closed_at"),
        ("挂账时间", "suspended_at"),
        ("作废时间", "cancelled_at"),
    ),
    Column("返工次数", "rework_count", "number", 9),
    Column("延期次数", "postpone_count", "number", 9),
    Column("回退次数", "return_count", "number", 9),
    Column("督办次数", "supervise_count", "number", 9),
    Column("回访满意度", "satisfaction", "number", 11),
    Column("自行处置", "self_handled", "label", 9, "yes"),
)
SOURCES: Final = tuple(dict.fromkeys(column.source for column in COLUMNS))
"""The stored columns that are read, each once."""


class _Labels(dict[Any, Any]):
    """Stored value → what is shown; made on first need. None stays None."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._make = make

    def __missing__(self, value: Any) -> Any:
        self[value] = shown = self._make(value)
        return shown


def _makers(city: City) -> dict[str, Callable[[Any], Any]]:
    stages = tuple(STAGES.values())

    def dimension(name: str) -> Callable[[Any], Any]:
        return lambda code: city.label(name, code)

    def group(code: str) -> str:
        parent = city.parent_channel(code)
        return city.channel_groups.get(parent, parent)

    return {
        "stage": lambda number: stages[number],
        "channel_group": group,
        "case_kind": lambda code: CASE_KINDS.get(code[:1], ""),
        "category_group": lambda code: CATEGORY_GROUPS.get(code[:3], code[:3]),
        "yes": lambda flag: "是" if flag else "否",
        "": lambda code: code,
        **{
            name: dimension(name)
            for name in ("channel", "category", "district", "street", "department")
        },
    }


def reader(city: City) -> Callable[[Sequence[Any]], list[Any]]:
    """A function from a record's stored values, in the order of `SOURCES`, to those of `COLUMNS`:
    labels as words, places masked, times as epoch ms, numbers as they are."""
    makers = _makers(city)
    plan: list[tuple[int, Mapping[Any, Any] | None]] = [
        (
            SOURCES.index(column.source),
            _Labels(makers[column.shows]) if column.kind == "label" else None,
        )
        for column in COLUMNS
    ]
    place = next(i for i, column in enumerate(COLUMNS) if column.source == "place")

    def read(record: Sequence[Any]) -> list[Any]:
        out = [record[index] if labels is None else labels[record[index]] for index, labels in plan]
        if out[place] is not None:
            out[place] = masked(out[place])
        return out

    return read
