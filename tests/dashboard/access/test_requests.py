"""The number of a request: in its answer, in the log, in what it says when something breaks."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from dashboard.ledger.errors import LedgerAway
from dashboard.logs import told_of
from tests.dashboard.access.house import PAGE, House


def broken(error: Exception) -> Route:
    """A page that somebody of the business may see, and that fails."""

    async def page(request: Request) -> PlainTextResponse:
        logging.getLogger("dashboard.test").warning("about %s", told_of()["request_id"])
        raise error

    return Route("/desk/broken", page)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("gateway-1.a_B", True),
        ("abc", False),
        ("x" * 65, False),
        ("with space1", False),
        ("<script>alert", False),
        ("", False),
    ],
)
def test_a_number_that_came_along_is_taken_if_it_is_one(
    house: House, told: str, taken: bool
) -> None:
    given = house.visitor().get("/healthz", x_request_id=told).headers["x-request-id"]
    assert (given == told) is taken
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given)


def test_every_answer_has_one_of_its_own(house: House) -> None:
    visitor = house.visitor()
    paths = ["/healthz", "/nowhere", "/wall", "/desk", "/assets/x", "/live"]
    given = [visitor.get(path).headers["x-request-id"] for path in paths]
    assert len(set(given)) == len(paths)


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("geheim"), 500), (LedgerAway("数据库 geheim"), 503)]
)
def test_what_broke_is_told_by_its_number_which_the_log_has(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    monkeypatch: Any,
) -> None:
    house = House(tmp_path)
    house.router.routes.insert(0, broken(error))
    visitor = house.signed_in("lin")
    seen: list[str] = []
    monkeypatch.setattr(
        logging.getLogger("dashboard.accessweb"),
        "handle",
        lambda record: seen.append(f"{told_of()['request_id']} {record.getMessage()}"),
    )
    for headers in ({}, PAGE):
        answer = visitor.get("/desk/broken", **headers)
        number = answer.headers["x-request-id"]
        assert answer.status == status
        assert f"编号 {number}" in answer.text and "geheim" not in answer.text
        assert seen[-1].startswith(f"{number} GET /desk/broken")
        assert f"about {number}" in caplog.text
