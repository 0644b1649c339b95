"""What a change saves: arithmetic by hand, ranges, and the same change over departments."""

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.workflow.layout import lay_out

TIMES = {"work_minutes": 60.0, "wait_hours": 4.0, "medium": "paper", "actor": "担当"}


def mapped(steps, businesses=None):
    table = pd.DataFrame([{**TIMES, "business": "減免", "department": "税務課", **row} for row in steps])
    inventory = pd.DataFrame(
        businesses or [{"department": "税務課", "business": "減免", "annual_cases": 100.0, "annual_hours": 400.0}]
    )
    return dx.map_workflows(dx.from_tables(businesses=inventory, workflow=table))


FOUR = [
    {"step": "1", "action": "受付"},
    {"step": "2", "action": "転記", "rework_rate": 20.0},
    {"step": "3", "action": "審査", "branch": "可／否", "next_step": ("4(80%)", "終了(20%)")},
    {"step": "4", "action": "通知"},
]


def test_removing_a_step_takes_its_work_its_waiting_and_what_it_sent_back():
    effect = mapped(FOUR).what_if("税務課 減免", remove=["2"]).effect
    # 1 and 2 are visited 1.25 times each before; 3 once; 4 in 80 % of the cases.
    assert effect.at["touch_hours", "before"] == pytest.approx(1.25 * 2 + 1 + 0.8)
    assert effect.at["touch_hours", "after_low"] == pytest.approx(1 + 1 + 0.8)
    assert effect.at["touch_hours", "after_high"] == pytest.approx(1 + 1 + 0.8)
    assert effect.at["wait_hours", "after_middle"] == pytest.approx(4 * 2.8)
    assert effect.at["annual_hours", "saved_middle"] == pytest.approx(150)


def test_a_removed_branching_step_hands_its_shares_on():
    done = mapped(FOUR).what_if("税務課 減免", remove=["3"])
    flow = done.flows["middle"]
    left = flow.arcs[flow.arcs["source"] == "2"].set_index("target")["share"]
    # Of the 80 % that 2 does not send back, 80 % go on to 4 and 20 % end.
    assert left.to_dict() == pytest.approx({"4": 0.64, "end": 0.16, "1": 0.2})


def test_merging_two_steps_saves_the_waiting_between_them_and_part_of_the_work():
    effect = mapped(FOUR).what_if("税務課 減免", merge=[("3", "4")]).effect
    assert effect.at["wait_hours", "saved_low"] == pytest.approx(0.8 * 4)
    assert effect.at["touch_hours", "saved_low"] == pytest.approx(0)
    assert effect.at["touch_hours", "saved_high"] == pytest.approx(0.8 * 0.5)


@pytest.mark.parametrize("kind", ["online", "rpa", "ai"])
def test_a_lighter_step_gives_a_range_and_never_more_than_before(kind):
    effect = mapped(FOUR).what_if("税務課 減免", **{kind: ["2"]}).effect
    saved = effect.loc["touch_hours", ["saved_low", "saved_middle", "saved_high"]].to_numpy()
    assert 0 < saved[0] < saved[1] < saved[2] < effect.at["touch_hours", "before"]
    assert effect.at["throughput_days", "after_high"] <= effect.at["throughput_days", "before"]


def test_the_table_as_is_can_be_names_every_step_and_what_becomes_of_it():
    table = mapped(FOUR).what_if("税務課 減免", remove=["2"], online=["1"], merge=[("3", "4")]).steps
    assert table["as_is"].tolist() == ["受付", "転記", "審査", "通知"]
    assert table["can_be"].tolist() == ["受付", "", "審査・通知", ""]
    assert table["change"].tolist() == ["オンライン化（R）", "廃止（E）", "統合（C）", "統合（C）"]
    assert table.loc[0, "can_be_minutes_high"] < table.loc[0, "can_be_minutes_low"] < 60


def test_a_changed_flow_can_be_drawn():
    done = mapped(FOUR).what_if("税務課 減免", remove=["1"], merge=[("3", "4")])
    assert list(lay_out(done.flows["middle"]).boxes.index) == ["2", "3"]


def test_removing_from_a_block_leaves_the_other_branch():
    found = mapped(
        [
            {"step": "1", "branch": "並行", "next_step": ("2", "3")},
            {"step": "2", "next_step": ("4",), "wait_hours": 40.0},
            {"step": "3", "next_step": ("4",)},
            {"step": "4"},
        ]
    )
    effect = found.what_if("税務課 減免", remove=["2"]).effect
    assert effect.at["throughput_hours", "before"] == pytest.approx(5 + 41 + 5)
    assert effect.at["throughput_hours", "after_middle"] == pytest.approx(15)
    assert effect.at["touch_hours", "after_middle"] == pytest.approx(3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"remove": ["9"]}, "手順9"), ({"merge": [("1", "3")]}, "統合できません"),
        ({"remove": ["1", "2", "3", "4"]}, "廃止"),
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_said_in_one_line(changes, said):
    with pytest.raises(dx.DxauditError, match=said):
        mapped(FOUR).what_if("税務課 減免", **changes)


def test_a_flow_that_could_not_be_assessed_has_no_effect_to_show():
    found = mapped([{"step": "1", "next_step": ("9",)}, {"step": "2"}])
    assert np.isnan(found.what_if("税務課 減免", online=["1"]).effect.at["touch_hours", "saved_middle"])


def test_the_same_change_is_worked_out_for_all_businesses_of_the_pattern():
    subsidy = [{**row, "business": "浄化槽補助金"} for row in FOUR]
    other = [{**row, "business": "文化活動助成金", "department": "文化課"} for row in FOUR[:2]]
    names = [("税務課", "浄化槽補助金"), ("文化課", "文化活動助成金"), ("農政課", "農業補助金"), ("市民課", "転入届")]
    found = mapped(
        subsidy + other,
        [{"department": d, "business": b, "annual_cases": 100.0, "annual_hours": 400.0} for d, b in names],
    )
    table = found.everywhere(found.what_if("税務課 浄化槽補助金", rpa=["2"])).set_index("department")
    assert set(table.index) == {"税務課", "文化課", "農政課"}
    assert table["basis"].to_dict() == {"税務課": "flow", "文化課": "flow", "農政課": "rate"}
    # Two steps of four each visited 1.25 times: the change weighs more where there is less else.
    assert table.at["文化課", "saved_middle"] > table.at["農政課", "saved_middle"] > 0
    assert (table["saved_low"] <= table["saved_high"]).all() and (table["after_high"] >= 0).all()
    assert table.at["税務課", "days_after_high"] < table.at["税務課", "days_before"]
    assert np.isnan(table.at["農政課", "days_before"])
