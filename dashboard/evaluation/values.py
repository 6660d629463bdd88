"""What people type 填报值 (manual.yaml): values with who, when, why; overrides; printed figures.

```yaml
form: zhengzhou-2021
year: 2021
by: 监督中心                    # for every entry that does not say otherwise
at: 2022-03-15
values:
  operators: {value: 50, reason: 花名册, attachment: [花名册.pdf]}
  budget_compiled: {elements: [1, 2, 3]}      # elements present, 1-based
  clarity: {tier: 部分达成, share: 60, reason: 未设经济效益指标}
  reward: {na: true, reason: 本年没有符合条件的举报}
  acceptance: {text: 已完成, met: true}
overrides:
  fault_rate: {score: 0, by: 复核组, at: 2022-04-01, reason: …}
levels: {decision: {score: 13, …}}            # typed level score
total: {score: 96, …}                         # typed total
money: {budget: {total: 56881800}}
figures: {reported: {value: 509566}}
facts: {project: 数字城管专项资金}
statements:                                   # the same figure printed elsewhere
  - {of: figure.closed, value: 428644, where: 第四部分（二）}
finished: [operators, …]                      # 已完成指标 as the report lists them
unfinished: [fault_rate]
```

A typed value stands before a measured one, which stays beside it. Nothing typed and nothing
measured is 无数据 / 待填: neither 0 nor full.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, field

from dashboard.evaluation.rules import Strict, Text, prepare

Moment = Annotated[
    str, Meta(pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$")
]
"""A date or an RFC 3339 time."""


class Entry(Strict, frozen=True, kw_only=True):
    """One typed value 填报值: a number, a date, words, the elements present, or a judged tier.

    `met` is a person's judgement where words cannot be compared (已完成 against 验收合格). `na`
    不适用 and `not_occurred` 未发生 need a reason. `text` is what the cell shows where it is not
    the number. `note` is the 未完成（扣分）原因 printed in the table.
    """

    value: Decimal | None = None
    text: Text | None = None
    date: datetime.date | None = None
    elements: tuple[int, ...] | None = None
    tier: Text | None = None
    share: Decimal | None = None
    met: bool | None = None
    na: bool = False
    not_occurred: bool = False
    reason: str = ""
    note: str = ""
    by: str = ""
    at: Moment | None = None
    attachment: tuple[Text, ...] = ()


class Override(Strict, frozen=True, kw_only=True):
    """A score somebody typed 人工评分: it counts; the computed one stays beside it."""

    score: Decimal
    reason: Text
    by: str = ""
    at: Moment | None = None
    attachment: tuple[Text, ...] = ()


class Statement(Strict, frozen=True, kw_only=True):
    """The same figure printed in another place: what it is `of`, as printed, and where.

    `of`: figure.ID · value.INDICATOR · target.INDICATOR · score.INDICATOR · weight.INDICATOR ·
    money.ROW.COLUMN · level.ID.score|rate|weight|levels|indicators ·
    total.score|rate|deducted|grade · count.level1|level2|indicators. `text` keeps the printed
    writing (509,566.00件), from which the unit slips are told.
    """

    of: Text
    value: Decimal | None = None
    text: str = ""
    unit: str | None = None
    where: Text


class Values(Strict, frozen=True, kw_only=True):
    """The whole file: what was typed for one form and year."""

    form: Text
    year: Annotated[int, Meta(ge=2000, le=2099)]
    city: Text | None = None
    by: str = ""
    at: Moment | None = None
    values: dict[str, Entry] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    levels: dict[str, Override] = field(default_factory=dict)
    total: Override | None = None
    money: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    figures: dict[str, Entry] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    finished: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()


prepare(Values)


def nothing(form: str, year: int) -> Values:
    """No typed value at all: what the form is before anybody opened it."""
    return Values(form=form, year=year)
