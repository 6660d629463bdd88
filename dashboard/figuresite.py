"""The pages 热线 and 平台 of the desk put together: what fills them, and their files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.access.identity import Identity, identity_of
from dashboard.access.policy import may
from dashboard.deskweb import asking
from dashboard.exports.sheets import KINDS, csv_file, xlsx_file
from dashboard.hotlinedesk import HotlineDesk
from dashboard.platformdesk import PlatformDesk
from dashboard.rankingdesk import RankingDesk
from layouts import ids
from layouts.figureboard import Sheet, board, sheets
from layouts.page import Desk
from layouts.rankingboard import ranking_board
from layouts.uptimeboard import calendar, lanes, table

Trail = Callable[[str, str, str, str], None]
NO_STORE: Final = {"cache-control": "no-store"}


class FigurePages:
    """The pages that are figures of a period."""

    def __init__(
        self, desk: Desk, hotline: HotlineDesk, platform: PlatformDesk, ranking: RankingDesk
    ) -> None:
        self._desk, self._hotline, self._platform = desk, hotline, platform
        self._ranking = ranking

    def fills(self) -> Mapping[str, Callable[[str], Component]]:
        """Room → what fills the room, for whoever asks."""
        return {
            ids.HOTLINE: self._calls,
            ids.PLATFORM: self._uptime,
            ids.RANKING: self._ranking_board,
        }

    def _calls(self, address: str) -> Component:
        who = asking()
        shown = self._hotline.board(who, address)
        return board(shown, "hotline", self._desk.definitions, may(who, "exports.make"))

    def _uptime(self, address: str) -> Component:
        who = asking()
        found = self._platform.board(who, address)
        beside = [calendar(found.uptime), lanes(found.uptime), *map(table, found.uptime.tables)]
        return board(
            found.figures,
            "platform",
            self._desk.definitions,
            may(who, "exports.make"),
            html.Div(beside, className="beside"),
        )

    def _ranking_board(self, address: str) -> Component:
        who = asking()
        return ranking_board(self._ranking.board(who, address), may(who, "exports.make"))

    def routes(self, trail: Trail) -> list[Route]:
        """The files of the pages: what is on the screen."""

        async def export(request: Request) -> Response:
            page, kind = request.path_params["page"], request.path_params["kind"]
            if kind not in KINDS:
                return PlainTextResponse(f"{kind}：应为 {'、'.join(KINDS)} 之一", 404)
            who, address = identity_of(request), str(request.url.query)
            made = await run_in_threadpool(self._sheets, page, who, address)
            if made is None:
                return PlainTextResponse("没有这个页面", 404)
            title, found = made
            await run_in_threadpool(trail, who.user, "export", page, address)
            write = csv_file if kind == "csv" else xlsx_file
            body = await run_in_threadpool(write, found)
            name = quote(f"{title}.{kind}")
            headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", **NO_STORE}
            return Response(body, headers=headers, media_type=KINDS[kind])

        return [Route("/desk/export/{page:str}.{kind:str}", export)]

    def _sheets(self, page: str, who: Identity, address: str) -> tuple[str, list[Sheet]] | None:
        parts = self._desk.parts
        if page == "ranking":
            return self._ranking.sheets(who, address)
        if page == "hotline" and page in parts:
            shown = self._hotline.board(who, address)
            return f"热线 {shown.said}", sheets(shown)
        if page == "platform" and page in parts:
            found = self._platform.board(who, address)
            beside = [Sheet(one.title, one.headings, one.rows) for one in found.uptime.tables]
            return f"平台 {found.figures.said}", [*sheets(found.figures), *beside]
        return None
