"""CurrentState as a value: addresses, departments, what was sent, what is remembered."""

import pickle

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.state import letters


def businesses(**columns):
    return pd.DataFrame({"business": ["住民異動届の受付", "証明書交付"], "department": ["市民課", "出張所"], **columns})


def test_a_value_is_addressed_by_file_sheet_and_cell():
    state = dx.from_tables(businesses=businesses(annual_hours=[10, 20]))
    assert state.address("businesses", 1, "annual_hours") == "(DataFrame)!C3"
    assert state.address("businesses", 1) == "(DataFrame)!3"
    assert state.address("businesses", 1, "medium") == "(DataFrame)!3"


@pytest.mark.parametrize(
    ("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_column_letters(number, name):
    assert letters(number) == name


def test_what_was_not_sent_is_known():
    state = dx.from_tables(businesses=businesses(annual_hours=[10, None]))
    assert state.was_sent("businesses") and state.was_sent("businesses", "annual_hours")
    assert not state.was_sent("businesses", "medium")
    assert not state.was_sent("systems")
    with pytest.raises(KeyError):
        state.was_sent("nonsense")


def test_a_workplace_named_only_in_the_survey_is_no_department_beside_an_organisation_list():
    survey = pd.DataFrame({"department": ["市民課", "本庁"], "q01": [3, 4]})
    listed = pd.DataFrame({"department": ["市民課", "税務課"], "headcount": [10, 12]})
    beside_list = dx.from_tables(organization=listed, businesses=businesses(), survey=survey)
    assert beside_list.departments() == ["市民課", "税務課", "出張所"]
    assert dx.from_tables(survey=survey).departments() == ["市民課", "本庁"]


def test_unknown_columns_are_refused():
    with pytest.raises(KeyError, match="hours"):
        dx.from_tables(businesses=pd.DataFrame({"hours": [1]}))


def test_an_analysis_is_made_once_and_travels_with_the_state():
    state = dx.from_tables(businesses=businesses())
    made = []
    for _ in range(3):
        state.derived("figure", lambda: made.append(1) or len(made))
    assert made == [1]
    assert pickle.loads(pickle.dumps(state)).derived("figure", lambda: 99) == 1
    assert state.replace(folder=None).derived("figure", lambda: 99) == 99
