"""The desk of a configured city 桌面总装: its pages, and what their callbacks may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from dash import Dash
from starlette.routing import Route

from callbacks import alarms, annual, behind, figures, filters, remarks
from dashboard.access.keys import load_keys
from dashboard.access.trail import Entry
from dashboard.alarmdesk import AlarmDesk
from dashboard.bookarchive import BookArchive
from dashboard.bookdesk import BookDesk
from dashboard.bookweb import book_routes
from dashboard.cards import definitions
from dashboard.casedesk import CaseDesk
from dashboard.cityledger import open_ledger
from dashboard.config import Config
from dashboard.deskweb import DeskSite, aside, asking, desk_routes
from dashboard.evaluation.attachments import AttachmentStore
from dashboard.exportweb import export_routes
from dashboard.figuresite import FigurePages
from dashboard.filterdesk import FilterDesk
from dashboard.hotlinedesk import HotlineDesk
from dashboard.ledger import Ledger
from dashboard.ledger.audit import AuditLog
from dashboard.platformdesk import PlatformDesk
from dashboard.profile import Profile
from dashboard.rankingdesk import RankingDesk
from dashboard.remarkdesk import RemarkDesk
from dashboard.remarkweb import remark_routes
from dashboard.statics import Statics
from layouts.alarmlog import AlarmBoard
from layouts.book.sheet import Panel, Sheet
from layouts.filters import FilterBar
from layouts.page import Desk
from layouts.pages import mounted
from layouts.scene import CityMap


def open_desk(
    config: Config,
    profile: Profile,
    statics: Statics,
    city_map: CityMap | None,
    log: AuditLog,
    now: Callable[[], int],
) -> list[Route]:
    """The routes of the desk; call it after the fork. The ledger is opened when first asked."""
    desk = Desk(
        profile.title,
        profile.timezone,
        definitions(profile),
        profile.names,
        profile.parts,
        map=city_map,
        demo=config.demo,
    )

    def trail(who: str, act: str, subject: str, detail: str) -> None:
        log.add(Entry(now(), who, act, subject, {"detail": detail} if detail else {}))

    @cache
    def ledger() -> Ledger:
        return open_ledger(config, profile, reading=True)

    archive = BookArchive(
        config.book_dir, profile.id, config.forms_dir, lambda: load_keys(config.key_file), now
    )
    books = BookDesk(ledger, profile, config.forms_dir, now, trail, archive)
    cases = CaseDesk(ledger, profile, now)
    alarm_desk = AlarmDesk(ledger, profile, now, trail, config.replay_days)
    happened = RemarkDesk(ledger, profile, now)
    boards = FigurePages(
        desk,
        HotlineDesk(ledger, profile, now, happened),
        PlatformDesk(ledger, profile, now, happened),
        RankingDesk(ledger, profile, now),
    )
    asked_filters = AskedFilters(FilterDesk(profile, now))
    files = AttachmentStore(config.attachment_dir, config.attachment_mb << 20)

    def register(app: Dash) -> None:
        annual.register(app, AskedBooks(books), aside)
        alarms.register(app, AskedAlarms(alarm_desk), aside)
        figures.register(app, boards.fills(), aside)
        remarks.register(app, lambda query: happened.board(asking(), query, asking().csrf), aside)
        filters.register(app, asked_filters)
        behind.register(app, lambda query: cases.behind(asking(), query), aside)

    return [
        *export_routes(ledger, profile, now, trail),
        *remark_routes(happened),
        *book_routes(books, files, cases, profile.timezone, trail),
        *boards.routes(trail),
        *desk_routes(DeskSite(desk, mounted(desk), statics, register)),
    ]


class AskedBooks:
    """The books as the annual page asks for them: whoever asks is added here."""

    def __init__(self, books: BookDesk) -> None:
        self._books = books

    def sheet(self, form: str, year: int | None, other: int | None) -> Sheet:
        return self._books.sheet(asking(), form, year, other)

    def rows(self, sheet: Sheet, chosen: str) -> list[dict[str, Any]]:
        return self._books.rows(sheet, chosen)

    def panel(self, form: str, year: int, id: str) -> Panel | None:
        return self._books.panel(asking(), form, year, id)

    def type(self, form: str, year: int, id: str, typed: str, seen: int) -> object:
        return self._books.type(asking(), form, year, id, typed, seen)

    def fill(self, form: str, year: int, id: str, fields: Mapping[str, Any], seen: int) -> object:
        return self._books.fill(asking(), form, year, id, fields, seen)

    def act(self, form: str, year: int, id: str, reason: str) -> object:
        return self._books.act(asking(), form, year, id, reason)


class AskedAlarms:
    """The alarms as their page asks for them: whoever asks is added here."""

    def __init__(self, alarms: AlarmDesk) -> None:
        self._alarms = alarms

    def board(self) -> AlarmBoard:
        return self._alarms.board(asking())

    def acknowledge(self, id: str) -> str:
        return self._alarms.acknowledge(asking(), id)


class AskedFilters:
    """The filter bar as its callbacks ask for it: whoever asks is added here."""

    def __init__(self, filters: FilterDesk) -> None:
        self._filters = filters

    def bar(self, address: str | None, dimensions: Sequence[str]) -> FilterBar:
        return self._filters.bar(asking(), address, dimensions)

    def chosen(
        self, address: str | None, chosen: Mapping[str, Sequence[str] | None], first: str, last: str
    ) -> str | None:
        return self._filters.chosen(address, chosen, first, last)
