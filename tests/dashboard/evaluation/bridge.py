"""A small form of a small town 桥镇: every kind of rule, numbers one can check by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec

from dashboard.evaluation.form import Form

BRIDGE: Final = msgspec.convert(
    {
        "id": "bridge",
        "title": "桥镇路灯项目绩效自评表",
        "kind": "单位自评",
        "grades": [
            {"name": "优", "at_least": 90},
            {"name": "良", "at_least": 80},
            {"name": "中", "at_least": 60},
            {"name": "差", "at_least": 0},
        ],
        "columns": [{"key": "name", "title": "指标"}, {"key": "score", "title": "得分"}],
        "levels": [
            {"id": "process", "name": "过程", "weight": 30, "aspect": "process"},
            {"id": "output", "name": "产出", "weight": 70, "aspect": "output"},
            {"id": "amount", "name": "数量", "parent": "output", "weight": 40},
            {"id": "quality", "name": "质量", "parent": "output", "weight": 30},
        ],
        "indicators": [
            {
                "id": "rate",
                "level": "process",
                "name": "预算执行率",
                "weight": 10,
                "unit": "%",
                "places": 2,
                "target": {"op": ">=", "value": 100},
                "rule": {"kind": "step", "deduct": 1},
                "source": {"formula": "money.spent.total / money.budget.total * 100"},
            },
            {
                "id": "rules",
                "level": "process",
                "name": "制度健全性",
                "weight": 20,
                "target": {"op": "is", "words": "健全"},
                "rule": {
                    "kind": "elements",
                    "elements": [
                        {"text": "有制度", "share": 50},
                        {"text": "已公布", "share": 30},
                        {"text": "有检查", "share": 20},
                    ],
                    "vetoes": [1],
                },
            },
            {
                "id": "lamps",
                "level": "amount",
                "name": "路灯数",
                "weight": 20,
                "unit": "盏",
                "target": {"op": ">=", "value": 50},
                "rule": {"kind": "ratio"},
            },
            {
                "id": "done",
                "level": "amount",
                "name": "实际完成率",
                "weight": 20,
                "rule": {"kind": "parts"},
                "parts": [
                    {"id": "poles", "name": "灯杆", "target": {"op": ">=", "value": 4}},
                    {"id": "cables", "name": "电缆", "target": {"op": ">=", "value": 10}},
                ],
            },
            {
                "id": "faults",
                "level": "quality",
                "name": "故障率",
                "weight": 30,
                "unit": "%",
                "target": {"op": "<=", "value": 5},
                "rule": {"kind": "met"},
            },
        ],
        "figures": [{"id": "cases", "name": "案卷数", "unit": "件"}],
        "money": {
            "unit": "万元",
            "rows": [
                {"id": "budget", "title": "预算"},
                {"id": "spent", "title": "支出"},
                {"id": "left", "title": "结余", "formula": "budget - spent"},
            ],
            "columns": [{"id": "total", "title": "合计"}],
        },
    },
    Form,
)
HUNDRED: Final = Decimal(100)
