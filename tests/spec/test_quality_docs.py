"""The worked examples of docs/data-quality.md are what the product computes."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from dxaudit.intake.readability import judge, scores
from dxaudit.state import from_tables
from dxaudit.vocabulary import load

PAGE = (Path(__file__).parents[2] / "docs" / "data-quality.md").read_text(encoding="utf-8")


def test_the_scored_table_has_the_scores_of_the_page(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["業務一覧", None, None],
        ["番号", "課名", "規模"],
        ["G01", "市　民　課", 1200],
        ["G02", "〃", 800],
        ["G03", "道路課", 35],
    ):
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    frame = judge(tmp_path / "表.xlsx")
    rules = load("readability")["rules"]
    broken = {rule for rule in frame.loc[frame["verdict"] == "ng", "rule"] if rules[rule]["scored"]}
    assert broken == {"L1-04", "L1-06", "L2-02", "L3-01", "L3-04"}
    found = scores(frame)
    whole = found[found["sheet"].isna()].set_index("level")["score"]
    assert whole.to_dict() == {1: 85, 2: 0, 3: 0}
    assert "| 1 | L1-04 (MAJOR 5)、L1-06 (CRITICAL 10) | 100 − 5 − 10 | 85 |" in PAGE


def test_hours_and_completeness_are_those_of_the_page():
    state = from_tables(
        organization=pd.DataFrame({"department": ["市民課", "総務課"], "headcount": [10, None]}),
        businesses=pd.DataFrame(
            {
                "department": ["市民課", "市民課", "総務課"],
                "business": ["住民票の交付", "転入届", "文書管理"],
                "annual_cases": [1200, None, None],
                "minutes_per_case": [10, None, None],
                "annual_hours": [None, 800, 100],
            }
        ),
    )
    lines = state.coverage().set_index("department")
    assert lines.loc["市民課", "inventoried_hours"] == 1000 and "1,200 × 10 ÷ 60 + 800 = 1,000 時間" in PAGE
    assert f"1,000 ÷ (10 × 1,800) = {100 * lines.loc['市民課', 'hours_share']:.1f}%" in PAGE
    assert f"= {100 * lines.loc['総務課', 'grade_1']:.1f}% です" in PAGE


@pytest.mark.parametrize("severity", ["CRITICAL", "MAJOR", "MINOR"])
def test_the_deductions_are_those_of_the_page(severity):
    line = " | ".join(f"−{points}" for points in load("readability")["deductions"][severity])
    assert f"| {severity} | {line} |" in PAGE
