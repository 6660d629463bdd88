"""The page's export: progress first, then the file; ended by whoever asked; own area only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.types import Message

from dashboard.access.identity import KEY, Identity
from dashboard.access.roles import Role
from dashboard.city import load_profile
from dashboard.exportweb import export_routes, question
from dashboard.ledger import Ledger
from tests.town import HOUR, MONDAY, life

CITY = load_profile("meixian")
NOW = MONDAY + 30 * 24 * HOUR
WANG = Identity("wang", "王敏", frozenset({Role.VIEWER}), kind="user")
NORTH = Identity("bei", "北区", frozenset({Role.VIEWER}), frozenset({"441403001"}), kind="user")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger.open(f"sqlite:///{tmp_path}/l.db", CITY.rules, CITY.id)
    for i in range(30):
        district = "441403001" if i % 3 else "441403002"
        made.apply(life(f"A{i:02}", MONDAY + i * HOUR, district=district))
    yield made
    made.close()


def ask(
    ledger: Ledger, who: Identity, query: str, leave_after: int = 1 << 30
) -> tuple[int, bytes, list[str]]:
    """Status, body, audit; the client goes away after so many pieces."""
    trail: list[str] = []
    routes = export_routes(lambda: ledger, CITY, lambda: NOW, lambda *told: trail.append(told[3]))
    app, parts, status = Starlette(routes=routes), [], [0]

    async def run() -> None:
        gone = asyncio.Event()
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            for message in asked:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            elif message.get("body"):
                parts.append(message["body"])
                if len(parts) >= leave_after:
                    gone.set()

        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "GET",
            "path": "/desk/export/cases", "raw_path": b"/desk/export/cases", "root_path": "",
            "query_string": query.encode(), "headers": [], "scheme": "http",
            "server": ("t", 80), "client": ("127.0.0.1", 1), "http_version": "1.1", KEY: who,
        }  # fmt: skip
        await app(scope, receive, send)

    asyncio.run(run())
    return status[0], b"".join(parts), trail


def opened(body: bytes) -> tuple[list[dict[str, Any]], bytes]:
    told = []
    while True:
        line, _, body = body.partition(b"\n")
        told.append(json.loads(line))
        if "file" in told[-1] or "error" in told[-1]:
            return told, body


def test_progress_then_the_file(ledger: Ledger) -> None:
    status, body, trail = ask(ledger, WANG, "from=2026-01-01&to=2026-01-31&kind=csv")
    told, file = opened(body)
    assert status == 200
    assert told[0] == {"done": 0, "total": 30} and told[-2] == {"done": 30, "total": 30}
    assert told[-1] == {"file": "案卷-2026-01-01-2026-01-31.csv", "size": len(file)}
    assert file.decode("utf-8-sig").count("\r\n") == 31
    assert trail == ["from=2026-01-01&to=2026-01-31&kind=csv"]


def test_a_district_gets_its_own(ledger: Ledger) -> None:
    for query in ("", "&district=441403002", "&district=441403001"):
        _, body, _ = ask(ledger, NORTH, f"from=2026-01-01&to=2026-01-31{query}")
        told, file = opened(body)
        expected = 0 if query.endswith("002") else 20
        assert told[0]["total"] == expected
        assert file.decode("utf-8-sig").count("\r\n") == expected + 1


def test_a_client_that_leaves_ends_it(ledger: Ledger, tmp_path: Path) -> None:
    status, body, _ = ask(ledger, WANG, "from=2026-01-01&to=2026-01-31&kind=xlsx", leave_after=1)
    assert status == 200 and b"PK" not in body[:2]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=x&to=2026-01-31", "起止日期"),
        ("from=2026-02-01&to=2026-01-31", "起日之前"),
        ("from=2026-01-01&to=2026-01-31&kind=doc", "csv、xlsx"),
        ("from=2026-01-01&to=2026-01-31&by=weather", "reported"),
    ],
)
def test_what_is_wrong_is_said(ledger: Ledger, query: str, words: str) -> None:
    status, body, trail = ask(ledger, WANG, query)
    assert status == 422 and words in body.decode() and trail == []


def test_several_codes_of_a_filter() -> None:
    query = QueryParams("from=2026-01-01&to=2026-01-31&district=a&district=b&by=closed")
    choice, name = question(CITY, WANG, query, NOW)
    assert choice.among == {"district": ["a", "b"]} and choice.time == "closed_at"
    assert name.endswith(".csv")
