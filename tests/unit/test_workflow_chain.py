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


def test_hours_of_the_steps_and_of_the_inventory_that_disagree_are_a_finding():
    steps = [{"step": "1", "work_minutes": 60.0, "wait_hours": 1.0}]
    close = mapped(steps, annual_cases=100.0, annual_hours=120.0)
    apart = mapped(steps, annual_cases=100.0, annual_hours=900.0)
    assert close.findings.empty
    assert apart.findings["rule"].tolist() == ["workflow.hours_apart"]
    assert "100時間" in apart.findings["message"].iloc[0] and "900時間" in apart.findings["message"].iloc[0]


def test_hand_overs_breaks_of_media_and_re_keying_are_counted_in_expectation():
    flow = mapped(
        [
            {"step": "1", "actor": "申請者", "action": "提出する", "medium": "paper"},
            {"step": "2", "actor": "税務課 窓口", "action": "Excelに入力する", "medium": "digital", "system": "Excel"},
            {"step": "3", "actor": "会計課", "action": "財務会計に入力する", "medium": "digital", "system": "財務会計",
             "next_step": ("4(50%)", "終了(50%)")},
            {"step": "4", "actor": "税務課", "action": "通知書を送る", "medium": "post"},
        ]
    ).flows.iloc[0]  # fmt: skip
    # Within the house: 税務課 → 会計課 always, 会計課 → 税務課 in half of the cases; the applicant is outside.
    assert flow["handovers"] == pytest.approx(1.5)
    assert flow["media_breaks"] == pytest.approx(1.5)
    # The first typing in is from paper; the second repeats it in another system.
    assert flow["rekeyings"] == pytest.approx(1)


def test_capacity_and_cases_in_progress_follow_their_formulas_and_print_their_assumptions():
    found = mapped(
        [{"step": "1", "work_minutes": 60.0, "wait_hours": 6.75}],
        annual_cases=1800.0, annual_hours=1800.0, full_time_equivalents=1.0, peak_period="3～4月",
    )  # fmt: skip
    flow = found.flows.iloc[0]
    # 150 cases a month × 24/14 × 1 h ÷ 150 h.
    assert flow["utilisation"] == pytest.approx(24 / 14)
    assert flow["utilisation_low"] < flow["utilisation"] < flow["utilisation_high"]
    # λ = 1800 ÷ (243 × 7.75) cases per hour, W = 7.75 h.
    assert flow["in_progress"] == pytest.approx(1800 / 243)
    assert {"full_time_equivalents", "peak_ratio", "little"} <= set(flow["assumptions"])
    assert found.bottlenecks().iloc[0]["kind"] == "capacity"


def test_a_condition_beside_a_rework_rate_is_said_of_what_goes_back():
    found = mapped(
        [
            {"step": "1"},
            {"step": "2", "rework_rate": 10.0, "branch": "不備があれば返戻", "next_step": ("3",)},
            {"step": "3"},
        ]
    )
    arcs = next(iter(found.parts.values())).arcs.set_index("target")
    assert arcs.at["1", "label"] == "不備があれば返戻" and arcs.at["3", "label"] == ""


def test_a_side_way_that_is_numbered_late_is_no_rework():
    found = mapped(
        [
            {"step": "1", "next_step": ("2(90%)", "3(10%)")},
            {"step": "2", "next_step": ("終了",)},
            {"step": "3", "next_step": ("2",)},
        ]
    )
    assert "rework" not in set(next(iter(found.parts.values())).arcs["kind"])


def test_shares_that_a_workbook_holds_as_fractions_are_read_as_per_cent():
    times = {"work_minutes": 60.0, "wait_hours": 0.0}
    found = mapped(
        [
            {"step": "1", **times, "next_step": ("2",), "probability": 0.75},
            {"step": "1", "next_step": ("3",), "probability": 0.25},
            {"step": "2", **times, "next_step": ("終了",)},
            {"step": "3", **times, "rework_rate": 0.2},
        ]
    )
    visits = next(iter(found.expectations.values())).steps["visits"]
    # Sent back from 3 to 1 in a fifth of a quarter of the rounds.
    assert visits["1"] == pytest.approx(1 / (1 - 0.25 * 0.2))
    assert (found.findings["rule"] == "workflow.share_as_fraction").sum() == 2


def test_a_branch_back_without_a_share_takes_the_rework_rate():
    found = mapped(
        [
            {"step": "1"},
            {"step": "2", "rework_rate": 10.0, "branch": "不備／可", "next_step": ("1", "3")},
            {"step": "3"},
        ]
    )
    arcs = next(iter(found.parts.values())).arcs.query("source == '2'").set_index("target")
    assert arcs["share"].to_dict() == pytest.approx({"1": 0.1, "3": 0.9})
    assert arcs["label"].to_dict() == {"1": "不備", "3": "可"}
    assert "workflow.shares_assumed" not in set(found.findings["rule"])


@pytest.mark.parametrize(
    ("actor", "unit", "external"),
    [
        ("申請者", "申請者", True), ("市民課 窓口", "市民課", False), ("住民課長", "住民課", False),
        ("事業所", "事業所", True), ("課長", "税務課", False),
        ("事業所・他市", "事業所・他市", True), ("係長", "税務課", False),
        ("税務課の担当", "税務課", False), ("主管課", "主管課", False),
        ("担当課", "税務課", False), ("施設管理課", "施設管理課", False), (np.nan, "税務課", False),
    ],
)  # fmt: skip
def test_who_acts_is_told_from_the_name(actor, unit, external):
    step = next(iter(mapped([{"step": "1", "actor": actor}]).parts.values())).steps.iloc[0]
    assert (step["unit"], step["external"]) == (unit, external)


def test_steps_that_are_never_reached_may_circle_for_ever():
    times = {"work_minutes": 60.0, "wait_hours": 0.0}
    found = mapped(
        [
            {"step": "1", **times, "next_step": ("終了",)},
            {"step": "2", **times, "next_step": ("3",)},
            {"step": "3", **times, "next_step": ("2",)},
        ]
    )
    assert found.flows.iloc[0]["touch_hours"] == pytest.approx(1)
    assert (found.findings["rule"] == "workflow.step_unreached").sum() == 2
