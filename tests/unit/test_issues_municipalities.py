"""Several municipalities side by side: city figures only, only the agreed ones, without names where wanted."""

import math

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.issues.municipalities import side_by_side


def city(paper, department, **settings):
    frame = pd.DataFrame(
        {
            "business": ["住民異動届の受付", "証明書の交付"],
            "department": [department] * 2,
            "annual_hours": [100.0 * paper, 100.0 * (1 - paper)],
            "medium": ["paper", "digital"],
        }
    )
    return dx.assess(dx.from_tables(dx.Settings(**settings), businesses=frame))


def test_each_city_states_its_own_figure_and_what_it_did_not_measure_stays_empty():
    found = side_by_side({"青市": city(0.5, "市民課"), "赤町": city(0.8, "住民課")}, ["G01", "D06"])
    assert found["code"].tolist() == ["G01", "D06"]
    assert found.loc[0, ["青市", "赤町", "median", "assessed"]].tolist() == [50, 80, 65, 2]
    assert math.isnan(found.loc[1, "青市"]) and found.loc[1, "assessed"] == 0


def test_no_department_and_no_name_leaves_a_city_when_anonymous():
    found = side_by_side({"青市": city(0.8, "市民課"), "赤町": city(0.5, "住民課")}, ["G01"], anonymous=True)
    assert {"A", "B"} <= set(found.columns)
    assert not any(word in found.to_csv() for word in ("青市", "赤町", "市民課", "住民課"))
    assert found.loc[0, ["A", "B"]].tolist() == [50, 80]


def test_only_agreed_figures_are_shown_and_unknown_codes_refused():
    assert len(side_by_side({"青市": city(0.5, "市民課")}, ["G01"])) == 1
    with pytest.raises(dx.DxauditError, match="Z99"):
        side_by_side({"青市": city(0.5, "市民課")}, ["Z99"])


def test_cities_with_other_thresholds_are_not_compared():
    changed = city(0.5, "住民課", issues={"G01": {"warn": 40.0}})
    with pytest.raises(dx.DxauditError, match="赤町"):
        side_by_side({"青市": city(0.5, "市民課"), "赤町": changed}, ["G01"])
