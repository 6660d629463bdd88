"""The pages 页面 of the desk: a module here with a `PAGE` is mounted, no other register."""

from __future__ import annotations

import importlib
import pkgutil

from layouts.page import Desk, Page


def mounted(desk: Desk) -> tuple[Page, ...]:
    """Every page of this package that the city's desk has, in the order of the navigation."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    pages = [importlib.import_module(f"{__name__}.{name}").PAGE for name in names]
    shown = [page for page in pages if page.wanted(desk)]
    return tuple(sorted(shown, key=lambda page: (page.order, page.id)))
