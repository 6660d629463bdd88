"""口径卡: what a city's choices make of the registry."""

from __future__ import annotations

from dashboard.cards import definitions
from dashboard.city import load_profile
from dashboard.measures import MEASURES
from layouts.definition import Definition


def told(city: str) -> dict[str, Definition]:
    return definitions(load_profile(city))


def test_nanyang_divides_closed_by_filed_and_zhengzhou_by_what_was_due() -> None:
    nanyang, zhengzhou = told("nanyang"), told("zhengzhou")
    card = nanyang["cases.closure_rate"]
    assert (card.name, card.unit) == ("结案率", "%")
    assert (card.numerator, card.denominator, card.variant) == ("结案数", "立案数", "filed")
    assert zhengzhou["cases.closure_rate"].denominator == "应结案数（处置数 + 超期未处置数）"


def test_every_measure_has_a_card_with_words_and_a_source() -> None:
    cards = told("meixian")
    assert set(MEASURES) <= set(cards)
    for key, card in cards.items():
        assert card.name and card.text and card.source, key


def test_the_stocks_of_the_frame_have_cards_of_their_own() -> None:
    cards = told("yueyang")
    assert cards["open.cases.overdue"].name == "超期未处置数"
    assert cards["open.cases.suspended"].name == "在挂案卷数"
    assert cards["open.cases.open"].unit == "件"
    assert cards["open.cases.due_soon"].attribution == ""


def test_each_reading_of_the_hotlines_rates_has_its_own_card() -> None:
    cards = told("zhengzhou")
    person = cards["calls.connect_rate@person"]
    assert (person.numerator, person.denominator) == ("人工应答数", "转人工请求数")
    assert person.variant == "person" and person.attribution.startswith("按呼入时间")
    assert cards["calls.agents_on_duty"].unit == "人"
