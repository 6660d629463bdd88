"""The report 报告 as blocks that docx and pdf both draw: headings, paragraphs, tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.evaluation.exports.annexes import (
    evidence_table,
    facts_table,
    findings_table,
    money_table,
)
from dashboard.evaluation.exports.drafting import conclusion, sections
from dashboard.evaluation.exports.official import official_table
from dashboard.evaluation.exports.table import Table
from dashboard.evaluation.form import Form
from dashboard.evaluation.result import Result

PORTRAIT_COLUMNS: Final = 7
"""A money table of more columns is an annex: amounts would not fit into a portrait page."""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、) or 2 （一）."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Annex:
    """A table on landscape pages of its own."""

    title: str
    table: Table


Block = Heading | str | Table | Annex
"""A str is a paragraph."""


def report(form: Form, result: Result, timezone: str) -> Iterator[Block]:
    """From the basic facts to the annexes; the title is left to whoever draws."""
    number = iter("一二三四五六七八九")
    facts, money = facts_table(result), money_table(form, result)
    if facts is not None:
        yield Heading(f"{next(number)}、基本情况")
        yield facts
    wide = money is not None and len(money.widths) > PORTRAIT_COLUMNS
    if money is not None and not wide:
        yield Heading(f"{next(number)}、资金情况")
        yield money
    yield Heading(f"{next(number)}、评价结论")
    yield conclusion(form, result)
    yield Heading(f"{next(number)}、指标完成情况")
    for section in sections(form, result):
        yield Heading(section.heading, 2)
        yield from section.paragraphs
    if told := as_of(result, timezone):
        yield f"以上数据截至{told}。"
    yield Annex("附表1　" + form.title, official_table(form, result))
    annexes = [("依据", evidence_table(form, result))]
    if result.findings:
        annexes.append(("勾稽", findings_table(result)))
    if money is not None and wide:
        annexes.insert(0, (money.title, money))
    for at, (title, table) in enumerate(annexes, 2):
        yield Annex(f"附表{at}　{title}", table)


def as_of(result: Result, timezone: str) -> str:
    """2021年12月31日, also for the midnight that ends it; "" for a result without a time."""
    if not result.as_of:
        return ""
    found = local(result, timezone) - datetime.timedelta(milliseconds=1)
    return f"{found.year}年{found.month}月{found.day}日"


def local(result: Result, timezone: str) -> datetime.datetime:
    """When the result was computed, on the city's clock: the date inside every file."""
    return datetime.datetime.fromtimestamp(result.as_of / 1000, ZoneInfo(timezone))
