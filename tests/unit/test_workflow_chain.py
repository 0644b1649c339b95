"""Expected visits and times of a flow, against arithmetic done by hand."""

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx


def mapped(steps, **business):
    """The map of one flow given as rows of the workflow table."""
    inventory = pd.DataFrame([{"department": "税務課", "business": "減免", **business}])
    table = pd.DataFrame(steps)
    table["business"], table["department"] = "減免", "税務課"
    return dx.map_workflows(dx.from_tables(businesses=inventory, workflow=table))


def test_a_straight_flow_adds_up():
    flow = mapped(
        [
            {"step": "1", "actor": "担当", "work_minutes": 30.0, "wait_hours": 0.0},
            {"step": "2", "actor": "係長", "work_minutes": 30.0, "wait_hours": 7.0},
        ]
    ).flows.iloc[0]
    assert flow["touch_hours"] == pytest.approx(1)
    assert flow["throughput_hours"] == pytest.approx(8)
    assert flow["waiting_share"] == pytest.approx(7 / 8)
    assert flow["dominant_step"] == "2"


def test_rework_returns_to_the_step_before_and_is_counted_in_expectation():
    found = mapped(
        [
            {"step": "1", "work_minutes": 60.0, "wait_hours": 0.0},
            {"step": "2", "work_minutes": 60.0, "wait_hours": 0.0, "rework_rate": 20.0},
        ]
    )
    # Each step is visited 1 / (1 - 0.2) = 1.25 times.
    assert found.flows.iloc[0]["touch_hours"] == pytest.approx(2.5)
    assert found.flows.iloc[0]["rework_hours"] == pytest.approx(0.5)
    assert "rework_to_previous" in found.flows.iloc[0]["assumptions"]


def test_branches_weigh_by_their_shares_however_they_are_written():
    times = {"work_minutes": 60.0, "wait_hours": 0.0}
    in_one_cell = mapped(
        [
            {"step": "1", **times, "next_step": ("2(75%)", "3（25％）")},
            {"step": "2", **times, "next_step": ("終了",)},
            {"step": "3", **times},
        ]
    )
    in_rows = mapped(
        [
            {"step": "1", **times, "branch": "適", "next_step": ("2",), "probability": 75.0},
            {"step": "1", "branch": "否", "next_step": ("3",)},
            {"step": "2", **times, "next_step": ("終了",)},
            {"step": "3", **times},
        ]
    )
    for found in (in_one_cell, in_rows):
        visits = next(iter(found.expectations.values())).steps["visits"]
        assert visits.to_dict() == pytest.approx({"1": 1, "2": 0.75, "3": 0.25})


def test_of_branches_side_by_side_all_are_worked_and_the_longest_is_waited_for():
    found = mapped(
        [
            {"step": "1", "work_minutes": 60.0, "wait_hours": 0.0, "branch": "並行", "next_step": ("2", "3")},
            {"step": "2", "work_minutes": 60.0, "wait_hours": 9.0, "next_step": ("4",)},
            {"step": "3", "work_minutes": 120.0, "wait_hours": 0.0, "next_step": ("4",)},
            {"step": "4", "work_minutes": 60.0, "wait_hours": 0.0},
        ]
    )
    flow = found.flows.iloc[0]
    assert flow["faults"] == ()
    assert flow["touch_hours"] == pytest.approx(5)
    assert flow["throughput_hours"] == pytest.approx(1 + 10 + 1)
    assert next(iter(found.expectations.values())).steps.at["4", "visits"] == pytest.approx(1)


def test_a_sheet_with_too_few_times_is_not_assessed():
    found = mapped([{"step": str(i), "work_minutes": 10.0 if i == 1 else np.nan} for i in range(1, 6)])
    assert np.isnan(found.flows.iloc[0]["touch_hours"])
    assert found.flows.iloc[0]["work_coverage"] == pytest.approx(0.2)
    assert "workflow.work_minutes_missing" in set(found.findings["rule"])


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ([{"step": "1"}, {"step": "2", "next_step": ("1",)}], "no_exit"),
        ([{"step": "1", "next_step": ("9",)}, {"step": "2"}], "next_step_unknown"),
        ([{"step": "1", "next_step": ("2(70%)", "3(60%)")}, {"step": "2"}, {"step": "3"}], "shares_over_one"),
        ([{"step": "1", "next_step": ("2(30%)", "3(30%)")}, {"step": "2"}, {"step": "3"}], "shares_under_one"),
        ([{"step": "1"}, {"step": "2", "rework_rate": 100.0}], "no_exit"),
        ([{"step": "1"}, {"step": "2", "rework_rate": 130.0}], "share_out_of_range"),
        ([{"step": "1"}], "no_times"),
        ([{"step": "1", "next_step": ("3",)}, {"step": "2"}, {"step": "3"}], "step_unreached"),
    ],
)
def test_a_broken_sheet_is_a_finding_with_its_place_and_never_a_score(rows, rule):
    found = mapped([{"action": "作業", **row} for row in rows])
    said = found.findings[found.findings["rule"] == f"workflow.{rule}"]
    assert len(said) == 1
    assert said.iloc[0]["file"] == "(DataFrame)" and said.iloc[0]["message"]
    if rule not in ("no_times", "step_unreached"):
        assert rule in found.flows.iloc[0]["faults"]
        assert np.isnan(found.flows.iloc[0]["throughput_hours"])
    assert len(found.bottlenecks()) == 0
