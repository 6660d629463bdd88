import ast
from pathlib import Path

from dashboard import cases, terms


def test_every_step_and_stage_of_the_record_has_a_chinese_name() -> None:
    assert list(terms.STEPS) == list(cases.STEPS)
    assert list(terms.STAGES) == list(cases.STAGES)


def test_every_channel_belongs_to_a_group() -> None:
    assert {channel.parent for channel in terms.CHANNELS.values()} == set(terms.CHANNEL_GROUPS)


def test_codes_are_a_kind_letter_and_four_digits_in_a_known_major_class() -> None:
    for code, name in terms.CATEGORIES.items():
        assert code[0] in terms.CASE_KINDS and code[1:].isdigit() and len(code) == 5
        assert terms.category_group(code) in terms.CATEGORY_GROUPS
        assert name and not name[0].isdigit()


def test_components_and_events_count_as_in_the_standard_lists() -> None:
    components = [code for code in terms.CATEGORIES if code[0] == "B"]
    assert len(components) == 38 + 17 + 11 + 10 + 3 + 6
    assert len(terms.CATEGORIES) - len(components) == 19 + 5 + 6 + 10 + 14
    assert terms.CATEGORIES["E0102"] == "暴露垃圾"
    assert terms.CATEGORIES["B0102"] == "污水井盖"


def test_terms_know_nobody() -> None:
    tree = ast.parse(Path(terms.__file__).read_text("utf-8"))
    modules = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert modules == {"__future__", "typing"}
