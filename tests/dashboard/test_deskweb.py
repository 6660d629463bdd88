"""The desk as an ASGI app: one page for every address, callbacks that know who asks."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from pathlib import Path
from typing import Any

from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.access.identity import KEY, NOBODY, Identity
from dashboard.access.roles import Role
from dashboard.cards import definitions
from dashboard.city import load_profile
from dashboard.deskweb import DeskSite, aside, asking, desk_routes
from dashboard.statics import Statics
from layouts.page import Desk
from layouts.pages import mounted
from tests.dashboard.asking import Answer, ask

ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"
STATICS = Statics(ASSETS)
CITY = load_profile("meixian")
DESK = Desk(CITY.title, CITY.timezone, definitions(CITY), CITY.names, demo=True)
WANG = Identity("wang", "王敏", frozenset({Role.OPERATOR}), kind="user", csrf="token")
AUDITOR = Identity("shen", "沈静", frozenset({Role.AUDITOR}), kind="user")


def app(who: Identity) -> ASGIApp:
    router = Router(desk_routes(DeskSite(DESK, mounted(DESK), STATICS, lambda dash: None)))

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        await router({**scope, KEY: who}, receive, send)

    return site


def page(who: Identity, path: str) -> str:
    """What the desk shows at an address, as JSON text."""
    body = {
        "output": "content.children",
        "outputs": {"id": "content", "property": "children"},
        "inputs": [{"id": "desk-at", "property": "pathname", "value": path}],
        "changedPropIds": ["desk-at.pathname"],
    }
    answer: Answer = asyncio.run(
        ask(
            app(who),
            "/desk/_dash-update-component",
            "POST",
            body=json.dumps(body).encode(),
            content_type="application/json",
        )
    )
    assert answer.status == 200, answer.text
    shown: Any = json.loads(answer.text)
    return json.dumps(shown, ensure_ascii=False)


def test_every_address_answers_with_the_page_and_its_own_styles() -> None:
    for path in ("/desk", "/desk/", "/desk/definitions", "/desk/whatever"):
        answer = asyncio.run(ask(app(WANG), path))
        assert answer.status == 200
        (styles,) = re.findall(r'href="(/assets/[^"]+/bundle-[^"]+[.]css)"', answer.text)
        written = asyncio.run(ask(STATICS, styles)).text
        assert (ASSETS / "desk" / "desk.css").read_text() in written
        assert (ASSETS / "wall.css").read_text() not in written
        assert "://" not in answer.text.replace("http://www.w3.org", "")


def test_a_definition_is_one_component_however_much_it_says() -> None:
    shown = json.loads(page(WANG, "/desk/definitions"))["response"]["content"]["children"]
    asked = [shown]
    cards = []
    while asked:
        node = asked.pop()
        if isinstance(node, dict) and "data-definition" in node["props"]:
            cards.append(json.loads(node["props"]["data-definition"]))
            assert not node["props"].get("children")
        elif isinstance(node, dict):
            asked.append(node["props"].get("children"))
        elif isinstance(node, list):
            asked += node
    assert {card["id"] for card in cards} >= {"cases.closure_rate", "cases.reported"}
    assert all(card["name"] and card["text"] for card in cards)


def test_the_layout_knows_who_is_signed_in() -> None:
    def layout(who: Identity) -> str:
        answer = asyncio.run(ask(app(who), "/desk/_dash-layout"))
        return json.dumps(json.loads(answer.text), ensure_ascii=False)

    mine, theirs = layout(WANG), layout(AUDITOR)
    assert "王敏" in mine and "演示数据" in mine and "/desk/definitions" in mine
    assert "王敏" not in theirs and "/desk/definitions" not in theirs


def test_a_page_is_shown_to_whom_it_is_for() -> None:
    assert "cases.closure_rate" in page(WANG, "/desk/definitions")
    assert "book-head" in page(WANG, "/desk/annual")
    assert "overview-shown" in page(WANG, "/desk")  # the first page
    assert "没有这个页面" in page(WANG, "/desk/weather")
    denied = page(AUDITOR, "/desk/definitions")
    assert "不能看这一页" in denied and "cases.closure_rate" not in denied


def test_what_blocks_runs_aside_and_still_knows_who_asks() -> None:
    seen: list[tuple[Identity, bool]] = []

    def slow() -> int:
        seen.append((asking(), threading.current_thread() is threading.main_thread()))
        return 7

    assert asyncio.run(aside(slow)()) == 7  # type: ignore[arg-type]
    assert seen == [(NOBODY, False)]
