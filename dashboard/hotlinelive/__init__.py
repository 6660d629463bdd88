"""The hotline's live state 热线现状: pure, moved by committed batches and by the clock."""

from dashboard.hotlinelive.state import History, HotlineState

__all__ = ["History", "HotlineState"]
