"""The desk of 郑州 in a server of its own: real pages, a real ledger; a header says who asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.routing import Mount, Router
from starlette.types import Receive, Scope, Send

from dashboard.access.identity import KEY, NOBODY, Identity
from dashboard.access.roles import Role
from dashboard.bookroom import keeper
from dashboard.city import load_profile
from dashboard.cityledger import open_ledger
from dashboard.config import load_config
from dashboard.desksite import open_desk
from dashboard.evaluation.book import cells_of
from dashboard.evaluation.loading import load_form, load_values
from dashboard.evaluation.workflow import Person
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from dashboard.statics import Statics
from tests.browser.heatplay import HeatPlay
from tests.servers import free_port, wait_until
from tests.town import line, read_lines

ROOT = Path(__file__).parents[2]
NOW = 1_795_233_600_000  # 2026-11-21 12:00 in Shanghai
MAY = 1_620_000_000_000  # 2021-05-03 in Shanghai
MAP_PATHS = ("/grid/", "/tiles/", "/heat/", "/cell/")
PEOPLE = {
    "wang": Identity("wang", "王敏", frozenset({Role.OPERATOR}), kind="user"),
    "zhao": Identity("zhao", "赵宁", frozenset({Role.OPERATOR}), kind="user"),
    "li": Identity("li", "李强", frozenset({Role.REVIEWER}), kind="user"),
    "leader": Identity("leader", "领导", frozenset({Role.VIEWER}), kind="user"),
}


class Office:
    """The server's address and its books."""

    def __init__(self, folder: Path, heat: HeatPlay | None = None) -> None:
        settings = {"city": "zhengzhou", "data_dir": str(folder)}
        self.config = load_config(None, {}, settings)
        self.profile = load_profile("zhengzhou")
        ledger = open_ledger(self.config, self.profile, reading=True)
        reports = [line(f"C{i}", 1, MAY + i, "report", district="410105") for i in range(3)]
        ledger.apply(read_lines(reports))
        self.books = keeper(ledger, self.profile, None, lambda: NOW)
        form = load_form("zhengzhou-2021")
        cells = cells_of(load_values(ROOT / "examples/golden/zhengzhou-2021.yaml", form))
        cells.pop("values.operators")
        first = Person("first", "前任", frozenset({"operator"}))
        self.books.save(form.id, 2021, cells, {}, first)
        statics = Statics(ROOT / "dashboard" / "assets")
        log = AuditLog(Database(self.config.ledger_url))
        city_map = heat.city_map if heat else None
        routes = open_desk(self.config, self.profile, statics, city_map, log, lambda: NOW)
        self.router = Router([*routes, Mount(statics.prefix.rstrip("/"), statics)])
        self._heat = heat.routes() if heat else None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            who = PEOPLE.get(headers.get(b"x-who", b"").decode(), NOBODY)
            scope = {**scope, KEY: who}
        of_map = self._heat and scope.get("path", "").startswith(MAP_PATHS)
        await (self._heat if of_map and self._heat else self.router)(scope, receive, send)


@contextmanager
def office(folder: Path, heat: HeatPlay | None = None) -> Iterator[Office]:
    made = Office(folder, heat)
    config = uvicorn.Config(
        made.app, port=made.port, log_level="warning", lifespan="off", interface="asgi3"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(10)
