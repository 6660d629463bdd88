"""The desk of a configured city 桌面总装: its pages, and what their callbacks may ask."""

from __future__ import annotations

from dash import Dash
from starlette.routing import Route

from dashboard.cards import definitions
from dashboard.config import Config
from dashboard.deskweb import DeskSite, desk_routes
from dashboard.profile import Profile
from dashboard.statics import Statics
from layouts.page import Desk
from layouts.pages import mounted
from layouts.scene import CityMap


def open_desk(
    config: Config, profile: Profile, statics: Statics, city_map: CityMap | None
) -> list[Route]:
    """The routes of the desk; call it after the fork."""
    desk = Desk(
        profile.title,
        profile.timezone,
        definitions(profile),
        profile.names,
        map=city_map,
        demo=config.demo,
    )

    def register(app: Dash) -> None:
        """Each page with interaction: `callbacks.<page>.register(app, what it may ask)`."""

    return desk_routes(DeskSite(desk, mounted(desk), statics, register))
