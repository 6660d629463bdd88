"""What the log says, and what it never says."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.logs import JsonLines, Lines, about, blacked_out, told_of


def record(text: str, *args: object, trace: bool = False, **facts: object) -> logging.LogRecord:
    made = logging.getLogger("dashboard.worker").makeRecord(
        "dashboard.worker", logging.WARNING, __file__, 1, text, args,
        sys.exc_info() if trace else None, extra=facts,
    )  # fmt: skip
    made.created, made.msecs = 1_795_300_000.25, 250.0
    return made


def line(form: type[Lines], *args: Any, **facts: Any) -> str:
    return form("work", "meixian").format(record(*args, **facts))


def test_a_line_of_json_has_everything_a_collector_asks_for() -> None:
    with about(request_id="abcdefgh"):
        told = json.loads(line(JsonLines, "拒收: %s", "type", event_id="e1", stream_id="5-0"))
    assert told.pop("pid") > 0
    assert told == {
        "time": "2026-11-21T22:26:40.250Z", "level": "warning", "logger": "dashboard.worker",
        "message": "拒收: type", "role": "work", "city": "meixian",
        "request_id": "abcdefgh", "event_id": "e1", "stream_id": "5-0",
    }  # fmt: skip


def test_a_line_of_text_ends_with_what_it_is_about() -> None:
    told = line(Lines, "拒收: %s", "type", event_id="e1")
    assert told.endswith(",250 WARNING 拒收: type [event_id=e1]")
    assert line(Lines, "恢复工作").endswith(",250 WARNING 恢复工作")


@pytest.mark.parametrize(
    "secret",
    [
        "redis://:geheim@127.0.0.1:6379/0",
        "postgresql://cityops:geheim@db/cityops",
        "Authorization: Bearer s0.geheim",
        "GET /wall?token=geheim&dwell=9",
        '{"password": "geheim"}',
        "oidc_client_secret=geheim",
        "/login/oidc/callback?code=geheim",
        "{'csrf': 'geheim'}",
    ],
)
@pytest.mark.parametrize("form", [Lines, JsonLines])
def test_no_secret_is_in_a_line(form: type[Lines], secret: str) -> None:
    assert "geheim" in secret
    assert "geheim" not in line(form, "%s", secret)
    assert "geheim" not in line(form, "x", sender=secret)
    try:
        raise ValueError(secret)
    except ValueError:
        assert "geheim" not in line(form, "x", trace=True)


@pytest.mark.parametrize("number", ["13912345678", "0371-67181234", "41010519900101123X"])
def test_no_number_of_a_person_is_in_a_line(number: str) -> None:
    for form in (Lines, JsonLines):
        told = line(form, "caller: %s", number, event_id=f"c-{number}")
        assert number not in told and "*" in told


@given(st.text())
def test_a_happening_is_one_line_whatever_it_says(text: str) -> None:
    for form in (Lines, JsonLines):
        assert len(line(form, "%s", text, event_id=text[:100] or "x").splitlines()) == 1


@given(st.text())
def test_blacking_out_ends_and_leaves_plain_words_alone(text: str) -> None:
    blacked_out(text)
    assert (
        blacked_out("已载入 梅县区，游标 1795300000000-0") == "已载入 梅县区，游标 1795300000000-0"
    )


def test_a_trace_is_kept_whole() -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        assert "RuntimeError: broken" in json.loads(line(JsonLines, "x", trace=True))["trace"]
        assert line(Lines, "x", trace=True).splitlines()[-1] == "RuntimeError: broken"


def test_two_requests_at_once_do_not_mix() -> None:
    async def one(id: str) -> tuple[str, str]:
        with about(request_id=id):
            await asyncio.sleep(0)
            return told_of()["request_id"], await asyncio.to_thread(lambda: told_of()["request_id"])

    async def all_of_them() -> list[tuple[str, str]]:
        return await asyncio.gather(*(one(f"r{n}") for n in range(20)))

    assert asyncio.run(all_of_them()) == [(f"r{n}", f"r{n}") for n in range(20)]
    assert "request_id" not in told_of()
