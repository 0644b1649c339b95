"""The worked example of docs/workflow.md is what the product computes, and its table is what the product reads."""

import re
from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.vocabulary import load

PAGE = (Path(__file__).parents[2] / "docs" / "workflow.md").read_text(encoding="utf-8")


def table(first):
    """The markdown table whose header begins with ``first``, as a list of rows of cells."""
    lines = PAGE[PAGE.index(f"| {first} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "---" not in line]


@pytest.fixture(scope="module")
def flow():
    header, *rows = table("手順番号")
    columns = load("tables")["workflow"]["columns"]
    names = {spec["label"]["ja"]: name for name, spec in columns.items()}
    frame = pd.DataFrame(rows, columns=[names[label] for label in header]).replace("", None)
    for column in ("work_minutes", "wait_hours", "rework_rate"):
        frame[column] = frame[column].astype(float)
    frame["medium"] = frame["medium"].map({label: code for code, label in columns["medium"]["values"].items()})
    frame["next_step"] = [tuple(row[-1].split("、")) if row[-1] else None for row in rows]
    frame["business"], frame["department"] = "例", "福祉課"
    return dx.map_workflows(dx.from_tables(workflow=frame)).flows.iloc[0]


@pytest.mark.parametrize(
    ("label", "column", "scale"),
    [
        ("作業時間", "touch_hours", 1), ("待ち時間", "wait_hours", 1), ("完了まで", "throughput_days", 1),
        ("待ちの割合", "waiting_share", 100), ("手戻り", "rework_hours", 1), ("部署間の受け渡し", "handovers", 1),
        ("紙と電子の切替", "media_breaks", 1), ("再入力", "rekeyings", 1),
    ],
)  # fmt: skip
def test_the_worked_example_is_what_comes_out(flow, label, column, scale):
    printed = {row[0]: re.search(r"\*\*([\d.]+)\*\*", row[2]).group(1) for row in table("項目")[1:]}[label]
    digits = len(printed.partition(".")[2])
    assert f"{scale * flow[column]:.{digits}f}" == printed


def test_the_shares_that_the_page_names_are_those_of_the_vocabulary():
    changes = load("workflow")["changes"]
    rows = {re.search(r"`(\w+)`", row[0]).group(1): row for row in table("変更")[1:]}
    for kind in ("online", "rpa", "ai"):
        for cell, part in zip(rows[kind][1:], ("work", "wait", "rework"), strict=True):
            high, _, low = (f"{100 * share:.0f}" for share in changes[kind][part])
            assert re.findall(r"\d+", cell)[:2] == [high, low], (kind, part)
    assert f"{len(load('workflow')['patterns'])}の型" in PAGE


def test_every_name_on_the_page_exists():
    flows = dx.map_workflows(dx.from_tables())
    for name in set(re.findall(r"flows\.(\w+)", PAGE)):
        assert hasattr(flows, name), name
    for name in set(re.findall(r"dx\.plot\.(\w+)", PAGE)):
        assert hasattr(dx.plot, name), name


def test_the_anchors_on_the_page_are_those_of_the_vocabulary():
    for row in table("深刻度")[1:]:
        kind = re.search(r"`(\w+)`", row[0]).group(1)
        for cell, (value, _) in zip(row[1:], load("workflow")["flow_factors"][kind]["anchors"], strict=True):
            assert cell == (f"{100 * value:.0f}％" if "％" in cell else f"{value:.0f}回")
