"""The desk of a configured city 桌面总装: its pages, and what their callbacks may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from dash import Dash
from starlette.routing import Route

from callbacks import alarms, annual, asked, behind, figures, filters, remarks
from dashboard.access.identity import Identity
from dashboard.access.keys import load_keys
from dashboard.access.trail import Entry
from dashboard.alarmdesk import AlarmDesk
from dashboard.bookarchive import BookArchive
from dashboard.bookdesk import BookDesk
from dashboard.bookweb import book_routes
from dashboard.cards import definitions
from dashboard.casedesk import CaseDesk
from dashboard.casesdesk import CasesDesk
from dashboard.cityledger import open_ledger
from dashboard.config import Config
from dashboard.deskcopy import CaseCopy
from dashboard.deskquery import DeskQuery
from dashboard.deskweb import DeskSite, aside, asking, desk_routes
from dashboard.evaluation.attachments import AttachmentStore
from dashboard.exportweb import export_routes
from dashboard.figuresite import FigurePages
from dashboard.filterdesk import FilterDesk
from dashboard.hotlinedesk import HotlineDesk
from dashboard.ledger import Ledger
from dashboard.ledger.audit import AuditLog
from dashboard.overviewdesk import OverviewDesk
from dashboard.platformdesk import PlatformDesk
from dashboard.profile import Profile
from dashboard.rankingdesk import RankingDesk
from dashboard.remarkdesk import RemarkDesk
from dashboard.remarkweb import remark_routes
from dashboard.statics import Statics
from dashboard.tableweb import table_routes
from layouts import ids
from layouts.alarmlog import AlarmBoard
from layouts.book.sheet import Panel, Sheet
from layouts.casespage import cases_page
from layouts.filters import FilterBar
from layouts.overview import overview
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
    alarm_desk = AlarmDesk(ledger, profile, now, trail, config.replay_days)
    happened = RemarkDesk(ledger, profile, now)
    filter_desk = FilterDesk(profile, now)
    query = DeskQuery(CaseCopy(ledger, now), profile)
    boards = FigurePages(
        desk,
        HotlineDesk(ledger, profile, now, happened),
        PlatformDesk(ledger, profile, now, happened),
        RankingDesk(query, ledger, profile, now),
    )
    cases = CaseDesk(query, ledger, profile, filter_desk)
    overviews = OverviewDesk(query, profile, filter_desk, happened.marks)
    case_pages = CasesDesk(query, profile, filter_desk, cases)
    files = AttachmentStore(config.attachment_dir, config.attachment_mb << 20)

    def shown_overview(who: Identity, address: str) -> asked.Answer:
        shown, running = overviews.overview(who, address)
        return asked.Answer(overview(shown), running)

    def shown_cases(who: Identity, address: str) -> asked.Answer:
        shown, running = case_pages.cases_page(who, address)
        return asked.Answer(cases_page(shown), running)

    def register(app: Dash) -> None:
        annual.register(app, AskedBooks(books), aside)
        alarms.register(app, AskedAlarms(alarm_desk), aside)
        figures.register(app, boards.fills(), aside)
        remarks.register(app, lambda query: happened.board(asking(), query, asking().csrf), aside)
        filters.register(app, AskedFilters(filter_desk))
        asked.register(app, ids.OVERVIEW, AskedPart(shown_overview, overviews.cancel, query), aside)
        asked.register(app, ids.CASES, AskedPart(shown_cases, case_pages.cancel, query), aside)
        behind.register(app, lambda address: cases.behind(asking(), address), aside)

    return [
        *export_routes(ledger, profile, now, trail),
        *table_routes(overviews, case_pages, profile.timezone, trail),
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


class AskedPart:
    """A part of a page as its callbacks ask for it: whoever asks is added here."""

    def __init__(
        self,
        shown: Callable[[Identity, str], asked.Answer],
        cancel: Callable[[Identity, str], None],
        query: DeskQuery,
    ) -> None:
        self._shown, self._cancel, self._query = shown, cancel, query

    def answer(self, address: str) -> asked.Answer:
        return self._shown(asking(), address)

    def cancel(self, address: str) -> None:
        self._cancel(asking(), address)

    def progress(self) -> tuple[int, int]:
        found = self._query.copy.progress
        return found.done, found.total
