"""A small form of a small town 桥镇: every kind of rule, numbers one can check by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from dashboard.evaluation.evaluating import evaluate
from dashboard.evaluation.form import Form
from dashboard.evaluation.loading import form_of
from dashboard.evaluation.result import Item, Result
from dashboard.evaluation.strictyaml import convert, read_yaml
from dashboard.evaluation.valuecheck import check_values
from dashboard.evaluation.values import Values

TEXT: Final = """\
id: bridge
title: 桥镇路灯项目绩效自评表
kind: 单位自评
grades:
  - {name: 优, at_least: 90}
  - {name: 良, at_least: 80}
  - {name: 中, at_least: 60}
  - {name: 差, at_least: 0}
columns:
  - {key: name, title: 指标}
  - {key: score, title: 得分}
levels:
  - {id: process, name: 过程, weight: 30, aspect: process}
  - {id: output, name: 产出, weight: 70, aspect: output}
  - {id: amount, name: 数量, parent: output, weight: 40}
  - {id: quality, name: 质量, parent: output, weight: 30}
indicators:
  - id: rate
    level: process
    name: 预算执行率
    weight: 10
    unit: "%"
    places: 2
    target: {op: ">=", value: 100}
    rule: {kind: step, deduct: 1}
    source: {formula: money.spent.total / money.budget.total * 100}
  - id: rules
    level: process
    name: 制度健全性
    weight: 20
    target: {op: is, words: 健全}
    rule:
      kind: elements
      vetoes: [1]
      elements:
        - {text: 有制度, share: 50}
        - {text: 已公布, share: 30}
        - {text: 有检查, share: 20}
  - id: lamps
    level: amount
    name: 路灯数
    weight: 20
    unit: 盏
    target: {op: ">=", value: 50}
    rule: {kind: ratio}
  - id: done
    level: amount
    name: 实际完成率
    weight: 20
    rule: {kind: parts}
    parts:
      - {id: poles, name: 灯杆, unit: 根, target: {op: ">=", value: 4}}
      - {id: cables, name: 电缆, unit: 米, target: {op: ">=", value: 10}}
  - id: faults
    level: quality
    name: 故障率
    weight: 20
    unit: "%"
    target: {op: "<=", value: 5}
    rule: {kind: met}
  - {id: look, level: quality, name: 观感, weight: 10, rule: {kind: tiers}}
  - {id: reported, level: quality, name: 上报数, unit: 件, source: {measure: cases.reported}}
figures:
  - {id: cases, name: 案卷数, unit: 件}
money:
  unit: 万元
  rows:
    - {id: budget, title: 预算}
    - {id: spent, title: 支出}
    - {id: left, title: 结余, formula: budget - spent}
  columns:
    - {id: total, title: 合计}
checks:
  - id: cases
    what: 案卷数两处不符
    left: figure.cases
    op: "="
    right: value.reported
    settle: 核对
"""
BRIDGE: Final[Form] = form_of(TEXT.encode(), "bridge.yaml")
FULL: Final = """\
values:
  rules: {elements: [1, 2, 3]}
  lamps: {value: 50}
  poles: {value: 4}
  cables: {value: 10}
  faults: {value: 5}
  look: {tier: 达成, share: 100}
money: {budget: {total: 100}, spent: {total: 100}}
figures: {cases: {value: 7}}
"""


def values_of(text: str, form: Form = BRIDGE, year: int = 2021) -> Values:
    """Typed values from YAML, checked against the form."""
    head = f"form: {form.id}\nyear: {year}\n"
    values = convert(read_yaml((head + text).encode(), "manual.yaml"), Values, "manual.yaml")
    check_values(values, form, "manual.yaml")
    return values


def evaluated(text: str, form: Form = BRIDGE, year: int = 2021) -> Result:
    """The form evaluated with typed values only."""
    return evaluate(form, values_of(text, form, year))


def item_of(result: Result, id: str) -> Item:
    """One item of a result."""
    return next(item for item in result.items if item.id == id)


HUNDRED: Final = Decimal(100)
