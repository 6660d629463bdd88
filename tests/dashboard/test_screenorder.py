"""Orders to a screen: what can be asked, for how long an order is good."""

from __future__ import annotations

import pytest

from dashboard.screenorder import (
    GOOD_MS,
    NAMES,
    BadOrder,
    make_order,
    read_orders,
    written,
)

NOW = 1_795_233_610_123


def test_every_order_can_be_given_and_read_again() -> None:
    made = [make_order("s1", act, NOW, "root1", "cases", ("cases",)) for act in NAMES]
    assert read_orders([*map(written, made), b"nonsense", b"\xff"]) == made
    assert len({one.id for one in made}) == len(made)
    assert {one.scene for one in made if one.act not in ("show", "pin")} == {""}


def test_what_cannot_be_ordered_says_what_can() -> None:
    with pytest.raises(BadOrder, match="遥控 explode：应为 reload"):
        make_order("s1", "explode", NOW, "root1")
    with pytest.raises(BadOrder, match="没有画面 weather；这块屏有：overview、cases"):
        make_order("s1", "show", NOW, "root1", "weather", ("overview", "cases"))
    with pytest.raises(BadOrder, match="没有画面 （空）"):
        make_order("s1", "pin", NOW, "root1")


def test_an_order_is_void_after_a_minute() -> None:
    order = make_order("s1", "reload", NOW, "root1")
    assert order.good(NOW + GOOD_MS) and not order.good(NOW + GOOD_MS + 1)
    assert not order.good(NOW - GOOD_MS - 1)  # a clock that was wrong
