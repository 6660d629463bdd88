"""The ranking as a file 考评导出: what the page shows, every number as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.assessing import Ranked
from dashboard.assessment.ranking import Standing
from dashboard.assessment.scoring import Mark
from layouts.figureboard import Sheet
from layouts.rankingboard import RankingBoard

RANKS: Final = (
    "编号", "名称", "名次", "名次升降", "得分", "等级", "得分升降", "可计权重", "说明",
)  # fmt: skip
PARTS: Final = (
    "成员", "分项", "权重", "指标", "口径", "值", "分子", "分母", "得分", "说明",
)  # fmt: skip


def everybody(ranked: Ranked) -> list[Standing]:
    """The whole city first, where the formula is one for all, then the members."""
    return [*([ranked.city] if ranked.city else []), *ranked.standings]


def sheets_of(shown: RankingBoard, ranked: Ranked, named: Mapping[str, str]) -> list[Sheet]:
    """What the page says of itself, the ranks, and the components they are made of."""
    about = [("页面", "考评"), ("期间", shown.said), ("比较", shown.bases)]
    about += [("等级", shown.grades), *(("提示", note) for note in shown.notes)]
    for card in shown.cards:
        about += [(card.name, f"{card.variant}：{card.text}"), ("出处", card.source)]
        about.append(("备注", card.note))
    every = everybody(ranked)
    return [
        Sheet("说明", ("项", "内容"), about),
        Sheet("排名", RANKS, [_standing(one, named[one.member]) for one in every]),
        Sheet(
            "分项",
            PARTS,
            [_mark(mark, named[one.member]) for one in every for mark in one.score.marks],
        ),
    ]


def _standing(one: Standing, name: str) -> tuple[object, ...]:
    total, change = one.score.total, one.score_change
    return (
        one.member,
        name,
        one.rank,
        one.rank_change,
        None if total is None else float(total),
        one.score.grade,
        None if change is None else float(change),
        float(one.score.covered),
        one.score.why,
    )


def _mark(mark: Mark, name: str) -> tuple[object, ...]:
    part, value = mark.component, mark.value
    points = None if mark.points is None else float(mark.points)
    if value is None:
        return (name, part.name, float(part.weight), part.measure, *[None] * 4, points, mark.why)
    figures = (value.variant, value.value, value.num, value.den)
    return (name, part.name, float(part.weight), part.measure, *figures, points, mark.why)
