"""The alarms page in a real browser: seen, acknowledged, read-only for leaders, refreshed alone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from dashboard.alarms.engine import Alarm
from dashboard.cityledger import open_ledger
from dashboard.ledger import alarms as log_of
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from tests.browser.deskplay import NOW, Office, office

SINCE = NOW - 134_000
QUEUE = Alarm(f"queue@{SINCE}", "queue", "queue", "", "", SINCE, 12.0, 14.0)
LAG = Alarm("lag@1", "lag", "lag", "", "", NOW - 86_400_000, 70.0, 95.0)


def sit(browser: Browser, desk: Office, who: str, said: list[str], width: int = 1440) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, extra_http_headers={"x-who": who}
    )
    page = context.new_page()
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith(desk.url) else said.append(r.url))
    page.goto(desk.url + "/desk/alarms")
    return page


def test_alarms_are_seen_acknowledged_by_who_may_and_logged(
    browser: Browser, tmp_path: Path
) -> None:
    said: list[str] = []
    with office(tmp_path) as desk:
        ledger = open_ledger(desk.config, desk.profile, reading=True)
        log_of.record(ledger, [QUEUE, LAG])
        leader = sit(browser, desk, "leader", said)
        card = f'[data-alarm="{QUEUE.id}"]'
        expect(leader.locator(card)).to_contain_text("未确认")
        expect(leader.locator(".alarm-page button")).to_have_count(0)
        expect(leader.locator(".alarm-board h2").first).to_contain_text("2 条，未确认 2 条")
        assert leader.locator(".alarm").first.get_attribute("data-alarm") == QUEUE.id

        page = sit(browser, desk, "wang", said)
        expect(page.locator(card)).to_contain_text("14 人")
        page.screenshot(path=tmp_path / "alarms.png")
        page.locator(f"{card} button").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#alarm-said")).to_contain_text("大屏显示“业务已确认”")
        expect(page.locator(card)).to_contain_text("王敏（业务） 12:00:00 已确认")
        expect(leader.locator(card)).to_contain_text("王敏（业务）", timeout=15_000)

        cleared = QUEUE.__class__(**{**QUEUE.__dict__, "cleared_at": NOW - 1_000})
        log_of.record(ledger, [cleared])
        row = page.locator(".alarm-board .list tbody tr")
        expect(row).to_have_count(1, timeout=15_000)
        expect(row).to_contain_text("王敏（业务）")
        expect(page.locator(card)).to_have_count(0)

        stored = next(one for one in log_of.log(ledger) if one.id == QUEUE.id)
        assert (stored.acked_by, stored.acked_by_role) == ("王敏", "业务")
        trail = [
            link.entry
            for link in AuditLog(Database(desk.config.ledger_url)).newest(20)
            if link.entry.action == "acknowledge"
        ]
        assert [(one.who, one.subject) for one in trail] == [("wang", QUEUE.id)]
        phone = sit(browser, desk, "wang", said, 390)
        expect(phone.locator('[data-alarm="lag@1"]')).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        phone.screenshot(path=tmp_path / "alarms-390.png")
        for one in (leader, page, phone):
            one.context.close()
        ledger.close()
    assert said == []
