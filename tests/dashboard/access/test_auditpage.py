"""The auditor's page: for auditors, newest first, checked on request, exported and noted."""

from __future__ import annotations

import json

from dashboard.access.trail import Entry
from tests.dashboard.access.house import PAGE, House


def test_the_auditor_reads_checks_and_exports(house: House) -> None:
    for n in range(120):
        house.log.add(Entry(house.clock(), "wang", "correction", f"<b>案卷{n}</b>", {"旧": "'\"&"}))
    visitor = house.signed_in("zhao")
    page = visitor.get("/audit?check=1", **PAGE).text
    assert "&lt;b&gt;案卷119&lt;/b&gt;" in page and "<b>案卷" not in page
    assert "完好" in page and page.count("<tr>") == 101
    older = page.partition("/audit?before=")[2].partition('"')[0]
    assert f"案卷{119 - 99}" in visitor.get(f"/audit?before={older}", **PAGE).text
    signed = visitor.get("/audit?action=sign_in", **PAGE).text
    assert signed.count("<tr>") == 2 and "案卷" not in signed
    answer = visitor.get("/audit/export")
    assert "attachment" in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-1]["action"] == "audit.export" and lines[-1]["who"] == "zhao"
    assert [line["before"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]


def test_nobody_else_sees_it_and_trying_is_in_it(house: House) -> None:
    for user in ("lin", "wang", "chen", "root1"):
        visitor = house.signed_in(user)
        assert visitor.get("/audit", **PAGE).status == 403
        assert visitor.get("/audit/export").status == 403
    house.doors.write_noted()
    denied = [link.entry for link in house.log.entries(action="denied")]
    assert [(one.who, one.subject) for one in denied[:2]] == [
        ("lin", "/audit"), ("lin", "/audit/export"),
    ]  # fmt: skip
    assert len(denied) == 8


def test_nonsense_in_the_address_is_no_error(house: House) -> None:
    visitor = house.signed_in("zhao")
    for query in ("before=x", "before=-1", "before=" + "9" * 40, "action=%3Cscript%3E", "before=٣"):
        assert visitor.get(f"/audit?{query}", **PAGE).status == 200
