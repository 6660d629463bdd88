"""The components of a city's profile as the simulated monitoring sees them."""

from __future__ import annotations

from typing import Final

from dashboard.platformparts import SELF, Component
from dashboard.profile import Profile
from dashboard.sources.simulator.platform.incidents import Part
from dashboard.sources.simulator.platform.live import LivePlatform

MONITOR: Final = "monitor"
"""The source 平台监测 that probes, where the profile names it."""


def parts_of(profile: Profile) -> list[Part]:
    """Every component that is probed; none where the profile lists only this system itself."""
    found = [_part(one) for one in profile.platform.components if not one.on_record]
    return [] if {part.id for part in found} <= {SELF} else found


def _part(one: Component) -> Part:
    every = one.endpoint.every_s if one.endpoint else max(1, one.policy.gap_ms // 3_000)
    offset = sum(one.id.encode()) * 7 % every
    return Part(one.id, every * 1000, one.vital, offset * 1000, one.policy.slow_ms)


def monitor_of(profile: Profile) -> str:
    """Who sends the probes."""
    return MONITOR if any(one.id == MONITOR for one in profile.sources) else profile.sources[0].id


def live_platform(profile: Profile, seed: int) -> LivePlatform | None:
    """The platform as time passes; None where the profile has none."""
    parts = parts_of(profile)
    if not parts:
        return None
    own = frozenset({SELF})
    return LivePlatform(parts, monitor_of(profile), profile.day, profile.day_start, seed, own)
