"""What senders and people write is text on the desk, whatever it says: real processes, Chromium."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser

from dashboard.access.passwords import hashed
from dashboard.access.roles import Role
from dashboard.access.trail import Entry
from dashboard.bookroom import keeper
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import load_config
from dashboard.evaluation.workflow import Person
from dashboard.eventkinds import read_event
from dashboard.ledger import remarks
from dashboard.ledger.accounts import Accounts
from dashboard.ledger.database import Database
from dashboard.remarks import Remark
from tests.browser.hall import Hall
from tests.servers import RedisServer

EVIL = '<img src=x onerror="window.pwned=1">'
NASTY = '"><svg onload=pwned=2>'
PASSWORD = "Qing-shi-2026"


@pytest.fixture
def hall(tmp_path: Path, redis_server: RedisServer) -> Iterator[Hall]:
    made = Hall(tmp_path, redis_server.url)
    made.run("init", "--admin", "root1")
    config = load_config(None, {}, {"city": "meixian", "data_dir": str(tmp_path)})
    now = time.time_ns() // 1_000_000
    database = Database(config.ledger_url)
    told = Entry(now, "test", "account.add", "wang")
    roles = {Role.OPERATOR, Role.VIEWER}
    Accounts(database).add(told, EVIL, roles, password=hashed(PASSWORD), must_change=False)
    database.close()
    profile = load_profile("meixian")
    ledger = open_ledger(config, profile)
    given = {"category": NASTY, "district": NASTY, "department": NASTY, "place": EVIL}
    for n, case in enumerate((EVIL, NASTY, "=cmd|' /C calc'!A0")):
        wire = {"id": f"e{n}", "type": "case", "at": now - 60_000, "sent_by": NASTY, "case": case,
                "step": "report", "set": given}  # fmt: skip
        ledger.apply([read_event(orjson.dumps(wire), now)])
    books = keeper(ledger, profile, None)
    cells = {"values.team": {"value": 1, "reason": EVIL, "attachment": [EVIL]}}
    who = Person("wang", NASTY, frozenset({"operator"}))
    books.save("meixian-2021", 2021, cells, {}, who, EVIL)
    day = profile.day(now)
    remarks.put(ledger, Remark("r1", day, day, EVIL, "", "wang", NASTY, now))
    ledger.close()
    made.start()
    yield made
    made.end()


def test_nothing_that_is_written_runs(hall: Hall, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    complaints: list[str] = []
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{hall.url}/login")
    page.fill("[name=user]", "wang")
    page.fill("[name=password]", PASSWORD)
    page.click("button.go")
    year = datetime.date.today().year
    behind = f"measure=cases.reported&from={year}-01-01&to={year}-12-31"
    for path, shown in (
        (f"/desk/behind?{behind}", [EVIL, NASTY, "=cmd"]),
        ("/desk/annual?form=meixian-2021&year=2021", [NASTY]),
        ("/desk/annotations", [EVIL]),
        ("/account", [EVIL]),
    ):
        page.goto(hall.url + path)
        for text in shown:
            page.get_by_text(text, exact=False).first.wait_for(state="attached", timeout=60_000)
        assert page.evaluate("window.pwned") is None, path
        assert page.locator("img[src=x], svg[onload]").count() == 0, path
    assert complaints == []
    csv = context.request.get(f"{hall.url}/desk/export/behind.csv?{behind}").text()
    assert "\n'=cmd" in csv and "\n=cmd" not in csv  # no spreadsheet takes it for a formula
    context.close()
