"""Where work is heavy, from the inventory alone."""

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.workflow.peaks import busy_months, peak_index

HEAVY = {
    "annual_hours": 1200.0, "annual_cases": 10000.0, "medium": "paper", "peak_period": "4月",
    "assigned_staff": 1.0, "manual": "false", "core": "noncore",
}  # fmt: skip


def inventory(*rows):
    frame = pd.DataFrame([{"department": "税務課", "business": f"業務{i}", **row} for i, row in enumerate(rows)])
    return dx.from_tables(businesses=frame)


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("3月～4月", (3, 4)), ("３・４月", (3, 4)), ("12月〜翌2月", (1, 2, 12)), ("年度末、6月上旬", (3, 6)),
        ("通年", ()), ("4", (4,)), ("1月~12月", ()), ("忙しい", None), (np.nan, None), ("13月", None),
    ],
)  # fmt: skip
def test_busy_months_are_read_as_written(written, months):
    assert busy_months(written) == months


def test_the_peak_index_follows_its_formula():
    # Two busy months at twice the hours: 24 ÷ (2·2 + 10).
    assert peak_index((3, 4), 2.0) == pytest.approx(24 / 14)
    assert peak_index(()) == 1.0


def test_the_shortlist_names_the_reasons_and_the_cells():
    found = dx.map_workflows(inventory(HEAVY, {**HEAVY, "medium": "digital", "core": "core", "annual_cases": 50.0}))
    first = found.shortlist().iloc[0]
    assert first["business"] == "業務0"
    assert first["factors"] == ("paper", "peak", "single_person", "noncore", "volume")
    assert "1,200" in first["reason"] and "紙" in first["reason"]
    assert any("C2" in source for source in first["sources"])


def test_what_was_not_answered_widens_the_interval_and_is_named():
    line = dx.map_workflows(inventory({"annual_hours": 100.0, "medium": "paper"})).shortlist().iloc[0]
    assert (line["assessed"], line["of"]) == (1, 5)
    assert line["low"] == pytest.approx(20) and line["high"] == pytest.approx(100)
    assert "未評価" in line["reason"]


def test_adding_a_business_moves_no_other_burden():
    alone = dx.map_workflows(inventory(HEAVY)).inventory
    beside = dx.map_workflows(inventory(HEAVY, {**HEAVY, "annual_hours": 9e5})).inventory
    assert alone.loc[0, "burdened_hours"] == beside.loc[0, "burdened_hours"]


def test_hours_come_from_cases_and_minutes_where_they_are_not_given():
    line = dx.map_workflows(inventory({"annual_cases": 600.0, "minutes_per_case": 10.0})).inventory.iloc[0]
    assert line["hours"] == pytest.approx(100) and line["hours_from"] == "cases_and_minutes"


def test_pareto_classes_start_with_a_and_leave_out_what_has_no_hours():
    found = dx.map_workflows(inventory({"annual_hours": 900.0}, {"annual_hours": 100.0}, {})).pareto()
    assert found["class"].tolist() == ["A", "B"]
    assert found["cumulative"].iloc[-1] == pytest.approx(1)
    assert found.attrs["unmeasured"] == 1


def test_a_department_sees_its_own_businesses_and_an_unknown_one_is_refused():
    state = dx.from_tables(
        businesses=pd.DataFrame([{"department": d, "business": "証明", **HEAVY} for d in ("税務課", "市民課")])
    )
    found = dx.map_workflows(state)
    assert set(found.bottlenecks("税務課")["department"]) == {"税務課"}
    with pytest.raises(dx.DxauditError, match="財政課"):
        found.shortlist("財政課")


def test_an_empty_state_gives_empty_frames():
    found = dx.map_workflows(dx.from_tables())
    for frame in (found.flows, found.bottlenecks(), found.shortlist(), found.pareto(), found.findings):
        assert len(frame) == 0
