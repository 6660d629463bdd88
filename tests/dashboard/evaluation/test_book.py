"""A book is its chain of revisions: nothing overwritten unseen, nothing changed unnoticed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.evaluation.book import (
    BadCell,
    Book,
    Conflict,
    Revision,
    as_values,
    broken,
    cells_of,
    difference,
    edit,
    opened,
    step,
)

EMPTY = Book("zhengzhou-2021", "zhengzhou", 2021)
AT = 1_795_233_600_000


def save(
    book: Book, cells: Mapping[str, Any], seen: Mapping[str, int] | None = None, by: str = "wang"
) -> tuple[Book, Revision]:
    name = {"wang": "王敏", "li": "李强"}[by]
    revision = edit(book, cells, seen or {}, by=by, name=name, at=AT + book.number)
    assert revision is not None
    return step(book, revision), revision


def test_cells_become_the_values_of_the_form() -> None:
    book, _ = save(
        EMPTY,
        {
            "values.operators": {"value": 50, "reason": "花名册"},
            "money.budget.total": "56881800",
            "facts.project": "数字城管专项资金",
            "overrides.fault_rate": {"score": 0, "reason": "未达标"},
        },
    )
    values = book.values()
    assert values.values["operators"].value == 50
    assert values.money["budget"]["total"] == Decimal("56881800")
    assert values.overrides["fault_rate"].reason == "未达标"
    assert as_values(book.form, 2021, cells_of(values)) == values


def test_two_people_on_different_cells_do_not_meet() -> None:
    seen = EMPTY
    book, _ = save(seen, {"facts.a": "甲"})
    book, _ = save(book, {"facts.b": "乙"}, {}, "li")
    assert book.cells == {"facts.a": "甲", "facts.b": "乙"}


def test_two_people_on_one_cell_see_both_values() -> None:
    book, first = save(EMPTY, {"facts.a": "甲"})
    assert first.number == 1
    with pytest.raises(Conflict) as error:
        save(book, {"facts.a": "乙", "facts.b": "丙"}, {}, "li")
    payload, stamp = error.value.theirs["facts.a"]
    assert (payload, stamp.name, list(error.value.theirs)) == ("甲", "王敏", ["facts.a"])
    book, _ = save(book, {"facts.a": "乙"}, {"facts.a": 1}, "li")
    assert book.stamps["facts.a"].name == "李强"


def test_the_same_value_again_is_no_revision_and_no_conflict() -> None:
    book, _ = save(EMPTY, {"facts.a": "甲"})
    assert edit(book, {"facts.a": "甲"}, {}, by="li", name="李强", at=AT) is None
    book, _ = save(book, {"facts.a": None}, {"facts.a": 1})
    assert book.cells == {}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"weather.a": 1}, "weather.a"),
        ({"values": {}}, "'values'"),
        ({"money.budget": 1}, "money.budget"),
        ({"values.operators": {"value": "many"}}, "operators"),
        ({"values.operators": {"colour": "red"}}, "colour"),
        ({"overrides.fault_rate": {"score": 1}}, "reason"),
        ({"values.operators": {"value": "NaN"}}, "operators.value = NaN"),
        ({"money.budget.total": "1e400"}, "money.budget.total = 1E+400"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_saved(cells: dict[str, Any], words: str) -> None:
    with pytest.raises(BadCell) as error:
        save(EMPTY, cells)
    assert words in str(error.value)


def chain() -> list[Revision]:
    book, revisions = EMPTY, []
    for i in range(4):
        book, revision = save(book, {f"facts.f{i}": str(i)})
        revisions.append(revision)
    return revisions


def test_a_whole_chain_is_whole_after_being_stored() -> None:
    stored = [
        msgspec.json.decode(msgspec.json.encode(one, order="sorted"), type=Revision)
        for one in chain()
    ]
    assert broken("zhengzhou-2021", "zhengzhou", 2021, stored) == []
    assert opened("zhengzhou-2021", "zhengzhou", 2021, stored).cells["facts.f3"] == "3"


@given(st.integers(0, 3), st.sampled_from(["cells", "name", "at", "reason", "gone", "swapped"]))
def test_whatever_is_changed_in_a_chain_shows(index: int, what: str) -> None:
    revisions = chain()
    if what == "gone":
        del revisions[index]
        if index == 3:
            return  # the newest: nothing behind it knows
    elif what == "swapped":
        revisions[index], revisions[index - 1] = revisions[index - 1], revisions[index]
    else:
        other: Any = {"cells": {"facts.x": "9"}, "name": "张三", "at": 1, "reason": "改"}[what]
        revisions[index] = msgspec.structs.replace(revisions[index], **{what: other})
        if index == 3:
            return
    assert broken("zhengzhou-2021", "zhengzhou", 2021, revisions) != []


def test_a_chain_of_another_book_does_not_fit() -> None:
    assert broken("zhengzhou-2022", "zhengzhou", 2022, chain()) != []


def test_difference_of_two_revisions() -> None:
    changes = difference({"facts.a": "甲", "facts.b": "乙"}, {"facts.b": "丙", "facts.c": "丁"})
    assert [(one.cell, one.before, one.after) for one in changes] == [
        ("facts.a", "甲", None),
        ("facts.b", "乙", "丙"),
        ("facts.c", None, "丁"),
    ]
