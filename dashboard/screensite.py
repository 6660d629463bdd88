"""The screens of a configured city 大屏总装: the page's routes, and the line beside the frames."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.routing import Route

from dashboard.access.identity import Identity
from dashboard.access.policy import may
from dashboard.doors import Doors
from dashboard.ledger.audit import AuditLog
from dashboard.ledger.database import Database
from dashboard.ledger.devices import Devices
from dashboard.live import Attended, Beside
from dashboard.screenbus import ScreenPost
from dashboard.screendesk import ScreenDesk
from dashboard.screenlink import ScreenLink
from dashboard.screenpage import ScreenLook
from dashboard.screenpulse import Line, ScreenPulse
from dashboard.screenweb import ScreenSite, screen_routes
from dashboard.statics import Statics
from layouts.desk import PREFIX
from layouts.page import Desk
from layouts.pages import mounted
from layouts.scene import Scene, View
from layouts.theme import FONT_SHEET

STYLES: Final = (FONT_SHEET, "tokens.css", "desk/desk.css", "screens/screens.css")


@dataclass(frozen=True)
class Screens:
    """What the site mounts: routes, what stands beside each stream, and what runs while serving."""

    routes: Sequence[Route]
    attended: Attended
    beside: Beside
    endless: Sequence[Callable[[], Coroutine[Any, Any, None]]]


def open_screens(
    redis_url: str,
    city: str,
    line: Line,
    doors: Doors,
    database: Database,
    now: Callable[[], int],
    *,
    view: View,
    scenes: Sequence[Scene],
    statics: Statics,
    build: str,
) -> Screens:
    """The screens of one web process; call it after the fork. `line`: where probes go."""
    post = ScreenPost(redis_url, city)
    pulse = ScreenPulse(line, post, now)
    link = ScreenLink(post, doors.settings, now)
    titles = {scene.id: scene.title for scene in scenes}
    desk = ScreenDesk(post, Devices(database), AuditLog(database), now, build=build, titles=titles)
    look = ScreenLook(
        view.city,
        [statics.url(name) for name in STYLES],
        statics.url("screens/screens.js"),
        statics.url("favicon.svg"),
        titles,
    )
    routes = screen_routes(ScreenSite(desk, look, _tabs(view)))
    return Screens(routes, pulse.attended, link.view, (pulse.run, link.run))


def _tabs(view: View) -> Callable[[Identity], Sequence[tuple[str, str]]]:
    """The desk's navigation, as the desk itself shows it to whoever asks."""
    pages = mounted(Desk(view.city, view.timezone, {}, map=view.map, parts=view.parts))

    def tabs(who: Identity) -> Sequence[tuple[str, str]]:
        return [
            (page.title, f"{PREFIX}{page.id}")
            for page in pages
            if page.listed and may(who, page.action)
        ]

    return tabs
