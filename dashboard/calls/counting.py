"""What a call adds to which counter, and when 来电计数.

Everything about the call itself counts at the instant it was offered 呼入之时, so that a rate
is always over the same calls; 回访, 反馈 count when they became due, ratings 评价 when given, 12345
work orders 工单 when they were transferred to us.
"""

from __future__ import annotations

from typing import Final

from dashboard.calls import record as r
from dashboard.calls.record import Row
from dashboard.hotlineprofile import Hotline

COUNTERS: Final = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "long_abandoned",
    "ivr_abandoned",
    "overflow",
    "undecided",
    "person",
    "person_answered",
    "person_undecided",
    "answered_in_limit",
    "waited",
    "wait_ms",
    "handled",
    "handle_ms",
    "transferred",
    "callback_due",
    "called_back",
    "rated",
    "satisfied",
    "feedback_due",
    "fed_back",
    "orders_transferred",
    "orders_accepted",
    "orders_closed",
)
"""Stored by name; `…_ms` are sums of milliseconds. `undecided` 未决: no outcome known yet."""

Points = list[tuple[int, str, int]]
"""(instant ms, counter, n) of one record."""

QUARTER_MS: Final = 900_000
"""刻钟: quarters are numbered since the epoch; every zone's midnight begins one."""

FLAG_ANSWERED, FLAG_SHORT, FLAG_PERSON, FLAG_UNDECIDED = 1, 2, 4, 8
"""What the rolling window 滚动窗 knows of a call."""


def wait_from(row: Row, rules: Hotline) -> int | None:
    """When the caller began to wait 等待起点: into the queue, or when offered, as the city says."""
    begins = (r.OFFERED,) if rules.wait_from == "offered" else (r.QUEUED, r.IVR_EXIT, r.OFFERED)
    found: int | None = next((row[index] for index in begins if row[index] is not None), None)
    return found


def wait_ms(row: Row, rules: Hotline) -> int | None:
    """How long the caller waited until answered, gone or overflowed; None when not known."""
    if row[r.WAIT_S] is not None:
        return round(float(row[r.WAIT_S]) * 1000)
    for index in (r.ANSWERED, r.ABANDONED, r.OVERFLOW, r.ENDED):
        if row[index] is not None:
            since = wait_from(row, rules)
            return None if since is None else max(0, int(row[index]) - since)
    return None


def handle_ms(row: Row) -> int | None:
    """处理时长 = 通话 + 保持 + 话后 of an answered call; None while not known."""
    if row[r.TALK_S] is not None:
        total = round(float(row[r.TALK_S]) * 1000) + round(float(row[r.HOLD_S] or 0) * 1000)
    elif row[r.ENDED] is not None and row[r.ANSWERED] is not None:
        total = max(0, int(row[r.ENDED]) - int(row[r.ANSWERED]))
    else:
        return None
    if row[r.WRAPUP_S] is not None:
        total += round(row[r.WRAPUP_S] * 1000)
    elif row[r.WRAPPED] is not None and row[r.ENDED] is not None:
        total += max(0, int(row[r.WRAPPED]) - int(row[r.ENDED]))
    return total


def wanted_person(row: Row, rules: Hotline) -> bool:
    """Whether the caller asked for a person 转人工请求, by the city's rule."""
    if rules.person_request == "offered":
        return True
    beyond = (r.IVR_EXIT, r.QUEUED, r.RINGING, r.ANSWERED, r.OVERFLOW)
    if any(row[index] is not None for index in beyond) or row[r.OUTCOME] in (
        "answered",
        "overflow",
    ):
        return True
    return rules.person_request == "ivr" and row[r.IVR_ENTER] is None


def flags(row: Row, rules: Hotline) -> int:
    """The call's bits in the rolling window."""
    found = r.outcome(row)
    out = FLAG_PERSON if wanted_person(row, rules) else 0
    if found == "answered":
        return out | FLAG_ANSWERED
    if not found:
        return out | FLAG_UNDECIDED
    return out | FLAG_SHORT if found == "abandoned" and is_short(row, rules) else out


def is_short(row: Row, rules: Hotline) -> bool:
    """短放弃（秒挂）: gone before the threshold; an abandoned call of unknown length is not."""
    waited = wait_ms(row, rules)
    return waited is not None and waited < rules.short_abandon_s * 1000


def points(row: Row, rules: Hotline) -> Points:
    """Every counter this record adds to."""
    out: Points = []
    if row[r.OFFERED] is not None:
        _call(row, rules, out)
    _aftercare(row, rules, out)
    _order(row, out)
    return out


def _call(row: Row, rules: Hotline, out: Points) -> None:
    at: int = row[r.OFFERED]
    bits = flags(row, rules)
    out.append((at, "offered", 1))
    if bits & FLAG_PERSON:
        out.append((at, "person", 1))
    if row[r.TRANSFERRED] is not None or row[r.TRANSFERS]:
        out.append((at, "transferred", 1))
    if bits & FLAG_ANSWERED:
        _answered(row, rules, at, out)
    elif bits & FLAG_UNDECIDED:
        out.append((at, "undecided", 1))
        if bits & FLAG_PERSON:
            out.append((at, "person_undecided", 1))
    else:
        found = r.outcome(row)
        out.append((at, found, 1))
        if found == "abandoned":
            if not bits & FLAG_PERSON:
                out.append((at, "ivr_abandoned", 1))
            short = bits & FLAG_SHORT
            out.append((at, "short_abandoned" if short else "long_abandoned", 1))


def _answered(row: Row, rules: Hotline, at: int, out: Points) -> None:
    out += ((at, "answered", 1), (at, "person_answered", 1))
    waited = wait_ms(row, rules)
    if waited is not None:
        out += ((at, "waited", 1), (at, "wait_ms", waited))
        if waited <= rules.answer_within_s * 1000:
            out.append((at, "answered_in_limit", 1))
    handled = handle_ms(row)
    if handled is not None:
        out += ((at, "handled", 1), (at, "handle_ms", handled))


def _aftercare(row: Row, rules: Hotline, out: Points) -> None:
    """回访, 反馈 at the instant they became due; 评价 when given."""
    for due_index, done_index, rule, due_name, done_name in (
        (r.CALLBACK_DUE, r.CALLED_BACK, rules.callback_due, "callback_due", "called_back"),
        (r.FEEDBACK_DUE, r.FED_BACK, rules.feedback_due, "feedback_due", "fed_back"),
    ):
        done = row[done_index]
        due = _due(row, due_index, rule)
        if due is None:
            due = done
        if due is not None:
            out.append((due, due_name, 1))
            if done is not None:
                out.append((due, done_name, 1))
    rated = row[r.RATED]
    if row[r.SATISFACTION] is not None:
        rated = rated or row[r.CALLED_BACK] or row[r.ENDED] or row[r.OFFERED]
        if rated is not None:
            out.append((rated, "rated", 1))
            if row[r.SATISFACTION] >= rules.satisfied_from:
                out.append((rated, "satisfied", 1))


def _due(row: Row, marked: int, rule: str) -> int | None:
    """When 回访 or 反馈 became due: marked by the sender, or by the city's rule."""
    if row[marked] is not None:
        return int(row[marked])
    if rule == "answered" and row[r.ANSWERED] is not None:
        return int(row[r.ENDED] or row[r.ANSWERED])
    if rule == "order_closed" and row[r.ORDER_CLOSED] is not None:
        return int(row[r.ORDER_CLOSED])
    return None


def _order(row: Row, out: Points) -> None:
    """12345 转办工单: transferred to us, accepted, closed, all in the cohort of its first step."""
    accepted, closed = row[r.ORDER_ACCEPTED], row[r.ORDER_CLOSED]
    at = row[r.ORDER_TRANSFERRED] or accepted or closed
    if at is None:
        return
    out.append((at, "orders_transferred", 1))
    if accepted is not None or closed is not None:
        out.append((at, "orders_accepted", 1))
    if closed is not None:
        out.append((at, "orders_closed", 1))
