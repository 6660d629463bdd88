"""How long statements take 查询耗时, of every database this process speaks to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, event

_BEGAN: Final = "cityops_began"


@contextmanager
def timed(heard: Callable[[float], object]) -> Iterator[None]:
    """Inside, `heard` is told the seconds of each statement that ended well. What goes to the
    driver directly (COPY) is not among them."""

    def before(connection: Any, *_: Any) -> None:
        connection.info.setdefault(_BEGAN, []).append(time.perf_counter())

    def after(connection: Any, *_: Any) -> None:
        heard(time.perf_counter() - connection.info[_BEGAN].pop())

    def failed(context: Any) -> None:
        if context.connection is not None and context.connection.info.get(_BEGAN):
            context.connection.info[_BEGAN].pop()

    listeners = (
        ("before_cursor_execute", before),
        ("after_cursor_execute", after),
        ("handle_error", failed),
    )
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
