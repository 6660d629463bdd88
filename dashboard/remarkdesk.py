"""标注 as the desk asks for them: the marks of a chart, the page's list, writing and deleting."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.access.identity import Identity
from dashboard.access.policy import may
from dashboard.ledger import Ledger
from dashboard.ledger import remarks as store
from dashboard.profile import Profile
from dashboard.remarks import BadRemark, Remark, typed
from layouts.chart.trend import Mark
from layouts.remarklist import RemarkBoard, RemarkRow

WRITE: Final = "annotations.write"
EVER: Final = 1 << 30
_TYPED: Final = ("first", "last", "text", "district")


class RemarkDesk:
    """One per web process; every call says who asks."""

    def __init__(
        self, ledger: Callable[[], Ledger], profile: Profile, now: Callable[[], int]
    ) -> None:
        self._ledger, self._profile, self._now = ledger, profile, now
        self._zone = ZoneInfo(profile.timezone)

    def marks(
        self, who: Identity, spans: Sequence[tuple[int, int]], district: str = ""
    ) -> tuple[Mark, ...]:
        """The marks of a time series whose labels are the city days first ≤ day < end of `spans`,
        ascending: those of the whole city, and of the asked or of one's own districts."""
        if not spans:
            return ()
        found = self._seen(who, spans[0][0], spans[-1][1])
        out = []
        for one in found:
            if district and one.district not in ("", district):
                continue
            on = [i for i, (a, b) in enumerate(spans) if a <= one.last_day and one.first_day < b]
            if on:
                out.append(Mark(on[0], on[-1], self._placed(one), _when(one)))
        return tuple(out)

    def board(self, who: Identity, query: Mapping[str, str], csrf: str) -> RemarkBoard:
        """All that somebody sees, the newest days first; the form as `query` fills it."""
        rows = [self._row(who, one) for one in self._seen(who, -EVER, EVER)]
        names = self._profile.names.get("district", {})
        done = query.get("done", "")
        fields = {} if done in ("saved", "removed") else dict(query)
        return RemarkBoard(
            rows=tuple(reversed(rows)),
            districts={code: name for code, name in names.items() if who.sees(code)},
            may_write=may(who, WRITE),
            csrf=csrf,
            fields=fields,
            whole_city=not who.areas,
            done=self._done(done, query.get("id", "")),
            trouble=self._trouble(who, fields) if done == "refused" else "",
        )

    def _done(self, done: str, id: str) -> str:
        if done == "removed":
            return "标注已删除，审计日志里留有原文"
        found = store.one(self._ledger(), id) if done == "saved" else None
        return f"标注已保存：{_when(found)} {self._placed(found)}" if found else ""

    def _trouble(self, who: Identity, fields: Mapping[str, str]) -> str:
        """What is wrong with what was typed, found anew."""
        try:
            self._checked(who, *(fields.get(name, "") for name in ("id", *_TYPED)))
        except BadRemark as error:
            return str(error)
        return ""

    def save(self, who: Identity, id: str, first: str, last: str, text: str, district: str) -> str:
        """Writes a new annotation, or another text or other days for the one of `id`; its id.
        Raises `BadRemark`."""
        made = replace(
            self._checked(who, id, first, last, text, district),
            id=id or uuid.uuid4().hex,
            by=who.user,
            by_name=who.name or who.user,
            at=self._now(),
        )
        store.put(self._ledger(), made)
        return made.id

    def _checked(
        self, who: Identity, id: str, first: str, last: str, text: str, district: str
    ) -> Remark:
        made = typed(first, last, text, district, self._profile.names.get("district", {}))
        self._writes(who, made.district)
        if id:
            before = store.one(self._ledger(), id)
            if before is None:
                raise BadRemark("这条标注已被删除")
            self._writes(who, before.district)
        return made

    def remove(self, who: Identity, id: str) -> str:
        """Deletes one; its id. Raises `BadRemark`."""
        found = store.one(self._ledger(), id)
        if found is not None:
            self._writes(who, found.district)
            store.remove(self._ledger(), id, self._now(), who.user)
        return id

    def _writes(self, who: Identity, district: str) -> None:
        if not may(who, WRITE):
            raise BadRemark("您的角色不能写标注")
        if not who.sees(district or None):
            raise BadRemark("只能写您管辖的区的标注：请选一个区")

    def _seen(self, who: Identity, first_day: int, end_day: int) -> list[Remark]:
        found = store.between(self._ledger(), first_day, end_day)
        return [one for one in found if not one.district or who.sees(one.district)]

    def _placed(self, one: Remark) -> str:
        if not one.district:
            return one.text
        return f"{self._profile.label('district', one.district)}：{one.text}"

    def _row(self, who: Identity, one: Remark) -> RemarkRow:
        when = datetime.datetime.fromtimestamp(one.at / 1000, self._zone)
        return RemarkRow(
            id=one.id,
            first=one.first.isoformat(),
            last=one.last.isoformat(),
            text=one.text,
            district=one.district,
            place=self._profile.label("district", one.district) if one.district else "全市",
            by=f"{one.by_name} {when:%Y-%m-%d %H:%M}",
            mine=may(who, WRITE) and who.sees(one.district or None),
        )


def _when(one: Remark) -> str:
    """11月3日, 11月3–5日, 11月30日–12月2日; the year where it is not the same."""
    a, b = one.first, one.last
    start = f"{a.month}月{a.day}日"
    if a == b:
        return start
    if a.year != b.year:
        return f"{a.year}年{start}–{b.year}年{b.month}月{b.day}日"
    return (
        f"{a.month}月{a.day}–{b.day}日" if a.month == b.month else f"{start}–{b.month}月{b.day}日"
    )
