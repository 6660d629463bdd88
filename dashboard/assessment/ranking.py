"""Ranking 排名: members in the order of their scores; equal scores share a rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.assessment.scoring import Score


@dataclass(frozen=True)
class Standing:
    """A member 成员 with its score, its rank (None without a score), and those of the period
    before."""

    member: str
    score: Score
    rank: int | None
    before: Score | None = None
    rank_before: int | None = None

    @property
    def rank_change(self) -> int | None:
        """名次升降: positive is up."""
        if self.rank is None or self.rank_before is None:
            return None
        return self.rank_before - self.rank

    @property
    def score_change(self) -> Decimal | None:
        """得分升降."""
        before = self.before.total if self.before else None
        if self.score.total is None or before is None:
            return None
        return self.score.total - before


def ranks(scores: Mapping[str, Score]) -> dict[str, int]:
    """Member → rank: 1 + how many have a higher score."""
    totals = sorted((one.total for one in scores.values() if one.total is not None), reverse=True)
    place: dict[Decimal, int] = {}
    for number, total in enumerate(totals, 1):
        place.setdefault(total, number)
    return {member: place[one.total] for member, one in scores.items() if one.total is not None}


def standings(
    scores: Mapping[str, Score], before: Mapping[str, Score], ranked: bool = True
) -> tuple[Standing, ...]:
    """Everybody, the best first, those without a score last; members of equal rank by code.

    `ranked` False: as given, without ranks, for subjects that are not compared with each other.
    """
    now = ranks(scores) if ranked else {}
    then = ranks(before) if ranked else {}
    out = [
        Standing(member, one, now.get(member), before.get(member), then.get(member))
        for member, one in scores.items()
    ]
    if not ranked:
        return tuple(out)
    last = len(out) + 1
    return tuple(sorted(out, key=lambda one: (one.rank or last, one.member)))
