"""Who answered, how completely, and how much of the staff's time the inventories explain."""

import numpy as np
import pandas as pd
import pytest

from dxaudit.state import from_tables


def city(**changes):
    frames = {
        "organization": pd.DataFrame(
            {
                "department": ["市民課", "税務課", "総務課"],
                "bureau": ["市民部", "総務部", "総務部"],
                "headcount": [10, 5, np.nan],
            }
        ),
        "businesses": pd.DataFrame(
            {
                "department": ["市民課", "市民課", "総務課"],
                "business": ["住民票の交付", "転入届", "文書管理"],
                "annual_cases": [1200, 600, np.nan],
                "minutes_per_case": [10, 30, np.nan],
                "annual_hours": [np.nan, 800, 100],
                "budget": [300, np.nan, 50],
            }
        ),
        "systems": pd.DataFrame({"system": ["住民記録"], "owner_department": ["市民課"], "annual_cost": [9000]}),
        "survey": pd.DataFrame({"department": ["市民課"] * 8 + ["税務課"] * 3 + ["総務課"] * 6}),
    }
    return from_tables(**{**frames, **changes})


def of(state, department):
    return state.coverage().set_index("department").loc[department]


def test_hours_inventoried_are_those_told_or_cases_times_minutes_over_staff_hours():
    line = of(city(), "市民課")
    assert line["inventoried_hours"] == pytest.approx(1200 * 10 / 60 + 800)
    assert line["hours_share"] == pytest.approx(1000 / (10 * 1800))
    assert of(city(), "税務課")[["inventoried_hours", "hours_share"]].isna().all()
    whole = of(city(), "全庁")
    # 総務課 tells hours but no headcount: it is in the sum, not in the share.
    assert whole["inventoried_hours"] == pytest.approx(1100)
    assert whole["hours_share"] == pytest.approx(1000 / (15 * 1800))


def test_who_has_not_answered_is_told_by_inventory():
    lines = city().coverage().set_index("department")
    assert lines["status"].to_dict() == {"市民課": "answered", "税務課": "none", "総務課": "answered", "全庁": "partly"}
    assert lines.loc["税務課", "missing"] == ("businesses",)
    # Owning a system is an answer, though not all of it; a survey nobody may speak of is none.
    owner = city(systems=pd.DataFrame({"system": ["税務"], "owner_department": ["税務課"]}))
    assert of(owner, "税務課")["status"] == "partly"


def test_completeness_is_the_weight_filled_over_the_weight_asked():
    """Independent arithmetic for 総務課: one business with name and hours, no cases (grade 1: 9 of 11)."""
    line = of(city(), "総務課")
    assert line["grade_1"] == pytest.approx((3 + 3 + 3) / (3 + 3 + 2 + 3))
    assert line["grade_2"] == 0
    assert line["grade_3"] == pytest.approx(1 / 11)
    asked = 11 + 12 + 11
    assert line["completeness"] == pytest.approx((9 + 0 + 1) / asked)


def test_few_answers_are_suppressed_and_cannot_be_worked_out_from_the_total():
    lines = city().coverage().set_index("department")
    # 税務課 (3) is below 5; hidden alone it would be 17 − 8 − 6, so the next smallest (総務課) goes too.
    assert lines["respondents_shown"].to_dict() == {"市民課": True, "税務課": False, "総務課": False, "全庁": True}
    assert lines["respondents"].isna().tolist() == [False, True, True, False]
    only = from_tables(survey=city().survey[["department"]])
    assert only.coverage().set_index("department")["status"].to_dict() == {
        "市民課": "answered", "税務課": "suppressed", "総務課": "suppressed", "全庁": "partly",
    }  # fmt: skip


def test_an_empty_city_has_a_city_row_that_claims_nothing():
    lines = from_tables().coverage()
    assert lines["department"].tolist() == ["全庁"]
    assert lines.loc[0, ["completeness", "hours_share", "inventoried_hours"]].isna().all()
    assert lines.loc[0, "status"] == "none"


def test_adding_a_department_moves_no_other_line():
    more = city(organization=pd.concat([city().organization[["department", "bureau", "headcount"]],
                                        pd.DataFrame({"department": ["道路課"], "headcount": [40]})]))  # fmt: skip
    before = city().coverage().set_index("department").drop("全庁")
    after = more.coverage().set_index("department").loc[before.index]
    pd.testing.assert_frame_equal(before, after)
