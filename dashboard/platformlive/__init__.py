"""The platform on the wall 平台实时状态: timelines kept current in memory, and how they are shown.

Pure: spans and records come in, the clock is told. Every figure is what `cityops measures` answers
for the same window and as-of time, which moves on whole minutes.
"""

from dashboard.platformlive.state import PlatformState

__all__ = ["PlatformState"]
