"""What the wall shows, kept current in memory: counts until a moving clock, stocks, newest steps.

Everything here is the sum of contributions of records, as the tally is: a changed record takes its
old contributions back and gives its new ones. Pure: records come in, the clock is told.
"""

from dashboard.livestate.state import History, LiveState

__all__ = ["History", "LiveState"]
