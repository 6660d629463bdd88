"""The scenery with everything as long and large as it may get 最坏情况, to stress the layout."""

from __future__ import annotations

from typing import Any

from tests.browser.scenery import FUNNEL, NOON_MS, count, rate

AREAS = "宛城区 卧龙区 邓州市 南召县 方城县 西峡县 镇平县 内乡县 淅川县 社旗县 唐河县 新野县 桐柏县"
AREAS += " 城乡一体化示范区 高新区 鸭河工区 官庄工区 卧龙综合保税区"
CLASSES = "建筑物外立面不洁 违章张贴悬挂广告牌匾 空调室外机低挂 擅自饲养家禽家畜 非机动车乱停放"
CLASSES += " 下水道堵塞或破损 机动车乱停放 街头散发广告"
CHANNELS = "采集员上报 自行处置 12319热线 12345转办 视频智能识别 微信公众号 督查 其他来源"
PLACE = "光武路与独山大道交叉口东北角向北一百二十米路东人行道"
FEEDS = "数字城管业务系统 城管通采集终端（移动采集） 12345政务服务便民热线平台"
FEEDS += " 视频智能识别平台 地理信息平台"


def crowded() -> dict[str, Any]:
    """Changes to the scenery: 南阳's scale, its longest names, the longest places allowed."""
    changes: dict[str, Any] = {
        "city": {"id": "nanyang", "name": "南阳市", "title": "南阳市城市综合管理服务中心"},
        "health": {"rejected": 12345, "lag_ms": 88_240, "gap": _gap()},
        "sources": _sources(),
    }
    for i, name in enumerate(FUNNEL):
        changes[f"m.today.cases.{name}"] = count(11_234 - i * 100, 10_934, 20_111)
    for name, value in (("open", 37_211), ("overdue", 2_345), ("suspended", 1_260)):
        changes[f"m.open.cases.{name}"] = count(value)
    changes["m.open.cases.due_soon"] = count(1_830)
    changes["m.year.cases.reported"] = count(1_412_318)
    low = {"op": "<=", "tgt": 0.025, "ok": "warn", "cmp": 0.1234}
    changes["m.month.cases.rework_rate"] = rate(123_456, 1_412_318, **low)
    full = {"op": ">=", "tgt": 0.955, "ok": "good", "cmp": 0.8877}
    changes["m.month.cases.closure_rate"] = rate(412_318, 412_318, **full)
    changes |= _tables()
    return changes


def _gap() -> dict[str, Any]:
    return {"since": NOON_MS, "text": "14:02 起可能缺少事件，请补数"}


def _sources() -> list[dict[str, Any]]:
    states = ("live", "live", "late", "offline", "nodata")
    ages = (3_000, 70_000, 140_000, 86_400_000, None)
    return [
        {
            "id": str(i),
            "name": name,
            "last_at": None if age is None else NOON_MS - age,
            "state": state,
            "every_s": 5,
        }
        for i, (name, state, age) in enumerate(zip(FEEDS.split(), states, ages, strict=True))
    ]


def _tables() -> dict[str, Any]:
    office = "南阳市城乡一体化示范区城市管理综合执法局"
    return {
        "t.districts": [
            {
                "id": str(i),
                "name": name,
                "reported": 1_120 - i,
                "overdue": i * 8,
                "v": 1 - i * 0.013,
                "n": 97,
                "d": 100,
                "ok": "good" if i < 6 else "warn" if i < 9 else "bad",
            }
            for i, name in enumerate(AREAS.split())
        ],
        "t.departments": [
            {"id": str(i), "name": office[: 20 - i], "overdue": 1_234 - i * 100, "open": 5_678}
            for i in range(8)
        ],
        "t.categories": [
            {"id": str(i), "name": name, "n": 1_143 - i * 90}
            for i, name in enumerate(CLASSES.split())
        ],
        "t.channels": [
            {"id": str(i), "name": name, "n": 7_000 // (i + 1)}
            for i, name in enumerate(CHANNELS.split())
        ],
        "t.ticker": [
            {
                "at": NOON_MS - i * 9_000,
                "district": "城乡一体化示范区",
                "place": PLACE,
                "category": "违章张贴悬挂广告牌匾",
                "step": "核查不通过",
            }
            for i in range(12)
        ],
    }
