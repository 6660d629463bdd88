"""What the annual page shows 年度表的视图: plain values that the desk puts in, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["ok", "pending", "missing", "conflict", "evidence", "unmet", "na"]
STATUSES: dict[Status, tuple[str, str, str]] = {
    "ok": ("✓", "达标", "good"),
    "unmet": ("▲", "未达标", "warn"),
    "pending": ("●", "已填", "acc"),
    "missing": ("┄", "缺", "dim"),
    "conflict": ("✕", "矛盾", "bad"),
    "evidence": ("▲", "缺佐证", "warn"),
    "na": ("–", "不适用", "dim"),
}
"""State of a row → glyph, word, colour class."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: a level 层级 or an indicator 指标.

    `edit`: how its cell is filled — number, text, date, elements (in the cell), panel (beside it)
    or "" (not at all). `seen`: revision at which this reader has its cell.
    """

    id: str
    kind: Literal["group", "item", "part"] = "item"
    name: str = ""
    weight: str = ""
    target: str = ""
    actual: str = ""
    score: str = ""
    last_year: str = ""
    origin: str = ""
    status: Status | Literal[""] = ""
    word: str = ""
    edit: str = ""
    seen: int = 0
    depth: int = 0
    """Of a level: 0 for first levels."""

    def as_json(self) -> dict[str, Any]:
        """As the grid takes it."""
        glyph, word, colour = STATUSES[self.status] if self.status else ("", "", "")
        told = asdict(self)
        told["state"] = f"{glyph} {self.word or word}".strip()
        told["colour"] = colour
        told["editable"] = self.edit in ("number", "text", "date", "elements")
        return told


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A first level 一级指标: filled of all, and its weight."""

    name: str
    filled: int
    all: int


@dataclass(frozen=True, kw_only=True)
class Act:
    """A step of the workflow this reader may take now."""

    id: str
    label: str
    reason: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of the history 修订记录."""

    number: int
    when: str
    who: str
    what: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The page of one form and year for one reader."""

    form: str
    title: str
    year: int
    state: str
    """As shown, e.g. 填报中."""
    number: int
    score: str
    total: str
    span: str
    """What the total can still become, e.g. 86.4–95.5."""
    grade: str
    rows: tuple[Row, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    """Filter → how many rows it leaves: all, conflict, missing, evidence, unmet."""
    progress: tuple[Progress, ...] = ()
    acts: tuple[Act, ...] = ()
    history: tuple[Change, ...] = ()
    drift: tuple[tuple[str, str, str], ...] = ()
    """(name, as locked, as it is now)."""
    forms: tuple[tuple[str, str], ...] = ()
    years: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    """Years this one can be compared with."""
    writes: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link of the chain of evidence 依据链: word, value on the right, line below."""

    word: str
    value: str = ""
    line: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """An input of the panel: id of the part of the entry, label, kind, value, choices."""

    id: str
    label: str
    kind: Literal["text", "number", "date", "area", "select", "elements"] = "text"
    value: Any = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What is known about one indicator: candidates, chain, findings, attachments, inputs."""

    id: str
    name: str
    note: str
    status: Status | Literal[""]
    measured: tuple[str, str, str] | None = None
    """What the system counted: value, numerator / denominator, verdict."""
    typed: tuple[str, str] | None = None
    """What was typed: value, by whom and why."""
    how: str = ""
    chain: tuple[Link, ...] = ()
    findings: tuple[tuple[str, str, str, str], ...] = ()
    """(severity, what, both values, how to settle)."""
    files: tuple[tuple[str, str], ...] = ()
    """(name, address)."""
    fields: tuple[Field, ...] = ()
    cases: tuple[tuple[str, str], ...] = ()
    """(what the list holds, address)."""
    writes: bool = False
    scores: bool = False
    """Whether this reader may type a score."""
