"""From an indicator to the panel beside the table 右栏: candidates, chain, inputs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dashboard.bookview import (
    conflicting,
    findings_of,
    how_filled,
    moment,
    number_of,
    status_of,
    verdict,
)
from dashboard.evaluation.book import Book, Payload
from dashboard.evaluation.form import Form, Indicator, line_of, plain
from dashboard.evaluation.result import Actual, Evidence, Item, Result
from dashboard.evaluation.rules import Elements, Tiers
from dashboard.formula import ATTRIBUTIONS
from layouts.book.sheet import Field, Link, Panel

_NA: Final = (("", "有值"), ("na", "不适用"), ("not_occurred", "未发生"))
_MET: Final = (("", "按目标判断"), ("yes", "达到"), ("no", "未达到"))


def panel_of(
    form: Form,
    book: Book,
    result: Result,
    id: str,
    *,
    timezone: str,
    writes: bool,
    scores: bool,
    cases: tuple[tuple[str, str], ...] = (),
) -> Panel | None:
    """The panel of an indicator; None where the form has none of this id."""
    indicator = next((one for one in form.indicators if one.id == id), None)
    item = next((one for one in result.items if one.id == id), None)
    if indicator is None or item is None:
        return None
    actual, evidence = item.actual, item.actual.evidence
    line = "　".join(level.name for level in line_of(form, indicator.level) if level.name)
    weight = f"　权重 {plain(item.weight)}" if item.weight is not None else ""
    target = f"　目标 {item.target}" if item.target else ""
    return Panel(
        id=id,
        name=item.name,
        note=f"{line}{weight}{target}",
        status=status_of(indicator, item, conflicting(result)),
        measured=_measured(item, evidence),
        typed=_typed(actual, timezone, book, id),
        how=item.how,
        chain=tuple(_chain(indicator, item, evidence, timezone)),
        findings=tuple(findings_of(id, result.findings)),
        files=tuple(_file(name) for name in actual.attachments),
        fields=tuple(_fields(indicator, book, item, writes, scores)),
        cases=cases,
        writes=writes,
        scores=scores,
    )


def _measured(item: Item, evidence: Evidence | None) -> tuple[str, str, str] | None:
    if evidence is None:
        return None
    value = number_of(item.actual, item.unit)
    if evidence.state in ("nodata", "na") or evidence.num is None:
        return "—", "无数据：" + _parts(evidence), verdict(item)
    said = verdict(item) if item.actual.origin == "measured" else "未采用"
    return value, _parts(evidence), said


def _parts(evidence: Evidence) -> str:
    num = "—" if evidence.num is None else f"{evidence.num:,}"
    return num if evidence.den is None else f"{num} / {evidence.den:,}"


def _typed(actual: Actual, timezone: str, book: Book, id: str) -> tuple[str, str] | None:
    if actual.origin != "typed":
        return None
    stamp = book.stamps.get(f"values.{id}")
    by = f"{stamp.name} {moment(stamp.at, timezone)}" if stamp else actual.by
    return actual.text or "—", "　".join(part for part in (by, actual.reason) if part)


def _chain(
    indicator: Indicator, item: Item, evidence: Evidence | None, timezone: str
) -> list[Link]:
    out: list[Link] = []
    if evidence is not None:
        out = [
            Link(
                word="口径",
                value=f"{evidence.name} · {evidence.variant}",
                line=evidence.formula,
            ),
            Link(word="归属", line=ATTRIBUTIONS.get(evidence.attribution, evidence.attribution)),
            Link(word="期间", value=f"{evidence.first} 至 {evidence.last}"),
            Link(word="分子", value="—" if evidence.num is None else f"{evidence.num:,}"),
        ]
        if evidence.den is not None:
            out.append(Link(word="分母", value=f"{evidence.den:,}"))
        out.append(
            Link(
                word="截至",
                value=moment(evidence.as_of, timezone),
                line=f"口径指纹 {evidence.definition[:12]}",
            )
        )
    if indicator.standard:
        out.append(Link(word="评分标准", line=indicator.standard))
    if indicator.explanation:
        out.append(Link(word="指标解释", line=indicator.explanation))
    if item.override is not None:
        who = "　".join(part for part in (item.override.by, item.override.reason) if part)
        value = f"{plain(item.override.score)} 分（按规则 {plain(item.computed) or '—'}）"
        out.append(Link(word="人工评分", value=value, line=who))
    return out


def _file(kept: str) -> tuple[str, str]:
    """An attachment is kept as `name@sha256`; older ones are a name only."""
    name, _, sha256 = kept.rpartition("@")
    return (name, f"/desk/attachment/{sha256}/{name}") if name else (kept, "")


def _fields(
    indicator: Indicator, book: Book, item: Item, writes: bool, scores: bool
) -> list[Field]:
    entry: Mapping[str, Any] = book.cells.get(f"values.{indicator.id}") or {}
    out: list[Field] = _entry_fields(indicator, entry) if writes else []
    if scores and item.weight is not None:
        score: Mapping[str, Any] = book.cells.get(f"overrides.{indicator.id}") or {}
        out += [
            Field(
                id="score",
                label="人工评分",
                kind="number",
                value=_text(score.get("score")),
                hint=f"0–{plain(item.weight)}；留空按规则",
            ),
            Field(id="score_reason", label="评分理由", value=score.get("reason", "")),
        ]
    return out


def _entry_fields(indicator: Indicator, entry: Mapping[str, Any]) -> list[Field]:
    how, rule = how_filled(indicator), indicator.rule
    out: list[Field] = []
    if isinstance(rule, Tiers):
        tiers = tuple((tier.name, tier.name) for tier in rule.tiers)
        out.append(
            Field(
                id="tier",
                label="分档",
                kind="select",
                value=entry.get("tier", ""),
                choices=(("", "未评"), *tiers),
            )
        )
        share = _text(entry.get("share"))
        out.append(Field(id="share", label="得分比例 %", kind="number", value=share))
    elif isinstance(rule, Elements):
        choices = tuple(
            (str(n), f"{one.text}（{plain(one.share)}%）") for n, one in enumerate(rule.elements, 1)
        )
        chosen = [str(one) for one in entry.get("elements") or ()]
        out.append(
            Field(id="elements", label="具备的要素", kind="elements", value=chosen, choices=choices)
        )
    elif how == "date":
        out.append(Field(id="date", label="日期", kind="date", value=entry.get("date", "")))
    else:
        numeric = how != "text"
        label = "改为人工值" if indicator.source.measure else "实际完成值"
        value = _text(entry.get("value" if numeric else "text"))
        kind = "number" if numeric else "text"
        out.append(
            Field(
                id="value" if numeric else "text",
                label=label,
                kind="number" if kind == "number" else "text",
                value=value,
                hint=indicator.unit,
            )
        )
        if not numeric:
            met = {True: "yes", False: "no"}.get(entry.get("met"), "")  # type: ignore[arg-type]
            out.append(Field(id="met", label="是否达到", kind="select", value=met, choices=_MET))
    na = "na" if entry.get("na") else "not_occurred" if entry.get("not_occurred") else ""
    return [
        *out,
        Field(id="state", label="适用情况", kind="select", value=na, choices=_NA),
        Field(id="reason", label="依据、理由", value=entry.get("reason", "")),
        Field(id="note", label="未完成原因", kind="area", value=entry.get("note", "")),
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def entry_payload(before: Mapping[str, Any] | None, fields: Mapping[str, Any]) -> Payload:
    """The cell `values.<id>` from the inputs of the panel; None clears it."""
    out: dict[str, Any] = {}
    for id in ("value", "text", "date", "tier", "share", "reason", "note"):
        value = str(fields.get(id) or "").strip()
        if value:
            out[id] = plain_number(value) if id in ("value", "share") else value
    if chosen := fields.get("elements"):
        out["elements"] = sorted(int(one) for one in chosen)
    if fields.get("met") in ("yes", "no"):
        out["met"] = fields["met"] == "yes"
    if fields.get("state") in ("na", "not_occurred"):
        out[str(fields["state"])] = True
    kept = (before or {}).get("attachment")
    if kept:
        out["attachment"] = kept
    return out or None


def score_payload(fields: Mapping[str, Any]) -> Payload:
    """The cell `overrides.<id>` from the inputs of the panel; None clears it."""
    score = str(fields.get("score") or "").strip()
    if not score:
        return None
    return {"score": plain_number(score), "reason": str(fields.get("score_reason") or "").strip()}


def cell_payload(how: str, typed: str, before: Mapping[str, Any] | None) -> Payload:
    """The cell `values.<id>` from what was typed into the table; other parts of the entry stay."""
    rest = {
        key: value
        for key, value in (before or {}).items()
        if key not in ("value", "text", "date", "elements", "met", "na", "not_occurred")
    }
    typed = typed.strip()
    if not typed:
        return rest or None
    if how == "elements":
        return {**rest, "elements": sorted({int(one) for one in _digits(typed)})}
    if how == "number":
        return {**rest, "value": plain_number(typed)}
    return {**rest, ("date" if how == "date" else "text"): typed}


def _digits(typed: str) -> list[str]:
    found = typed.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
    return [one for one in found if one]


def plain_number(typed: str) -> str:
    """A number as people write it (12,345.6 %, 12 件) without its dress; the check of the form
    refuses what is none."""
    text = typed.strip().replace(",", "").replace("，", "")
    end = len(text)
    while end and not (text[end - 1].isdigit() or text[end - 1] == "."):
        end -= 1
    return text[:end].strip() or typed
