"""Every rule explains itself on a card."""

from __future__ import annotations

from dashboard.alarmcards import alarm_cards
from dashboard.city import load_profile


def test_every_rule_has_a_card_with_its_limits() -> None:
    settings = load_profile("zhengzhou").alarms
    cards = alarm_cards(settings)
    assert set(cards) == {f"alarms.{id}" for id in settings.rules}
    for id, rule in settings.rules.items():
        assert rule.limit() in cards[f"alarms.{id}"].note and cards[f"alarms.{id}"].text


def test_a_surge_says_how_it_is_counted() -> None:
    card = alarm_cards(load_profile("zhengzhou").alarms)["alarms.surge-category"]
    for words in ("8 周", "中位数", "1.4826", "不足 4 周", "不足 10 件"):
        assert words in card.text
