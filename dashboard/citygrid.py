"""What a city's profile says of its ground 城市底数: for generating a grid, and for checking one.

Surveyed outlines (`geo.boundaries`) win over the schematic ones drawn for a built-in city, these
over none at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import orjson
import shapely  # type: ignore[import-untyped]

from dashboard.city import FOLDER
from dashboard.profile import Profile
from geo.generate import Plan, PlannedDistrict
from geo.importing import Known
from geo.projection import Shapes

GUESSED_M2: Final = 50e6
"""The area of a district in a profile without `area_km2`."""


def plan_of(profile: Profile, outlines: Mapping[str, Any] | None = None) -> Plan:
    """The plan of a generated grid; `outlines`: surveyed ones by district code, if complete."""
    streets: dict[str, list[tuple[str, str]]] = {area.code: [] for area in profile.districts}
    for street in profile.streets:
        streets[street.parent].append((street.code, street.name))
    area = profile.area_km2 * 1e6 if profile.area_km2 else len(profile.districts) * GUESSED_M2
    plan = Plan(
        profile.code,
        [
            PlannedDistrict(d.code, d.name, d.lon, d.lat, d.weight, streets[d.code])
            for d in profile.districts
        ],
        area_m2=area,
        duty_grids=round(profile.facts.get("duty_grids", 0)) or None,
        meridian=profile.meridian,
    )
    surveyed = _of_all(profile, outlines or {})
    if surveyed is not None:
        return replace(plan, outlines=surveyed)
    drawn = _of_all(profile, _drawn(profile))
    return plan if drawn is None else replace(plan, outlines=drawn, drawn=True)


def _of_all(profile: Profile, outlines: Mapping[str, Any]) -> Shapes | None:
    """The outlines in the order of the districts, where every district has one."""
    if any(area.code not in outlines for area in profile.districts):
        return None
    out = np.empty(len(profile.districts), object)
    out[:] = [outlines[area.code] for area in profile.districts]
    return out


def _drawn(profile: Profile) -> dict[str, Any]:
    """Schematic outlines 示意 by district code, of our own drawing."""
    file = FOLDER / f"{profile.id}.geojson"
    if not file.is_file():
        return {}
    return {
        one["properties"]["code"]: shapely.from_geojson(orjson.dumps(one["geometry"]))
        for one in orjson.loads(file.read_bytes())["features"]
    }


def known_of(profile: Profile, outlines: Mapping[str, Any] | None = None) -> Known:
    """What an imported grid is held against; `outlines`: surveyed ones by district or county."""
    counties = {code[:6] for code in _codes(profile) if code[:6].isdecimal() and len(code) >= 6}
    return Known(
        profile.code,
        frozenset(counties),
        {area.code: area.name for area in profile.districts},
        {street.code: (street.name, street.parent) for street in profile.streets},
        [(d.lon, d.lat) for d in profile.districts if d.lon is not None and d.lat is not None],
        outlines or {},
    )


def _codes(profile: Profile) -> list[str]:
    """Every area code of the city that begins with a county."""
    own = [] if profile.code.endswith("00") else [profile.code]
    return own + [area.code for area in (*profile.districts, *profile.streets)]
