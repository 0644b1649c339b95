"""The chart of collection status says what was not answered and what may not be told, and survives little data."""

import matplotlib
import pandas as pd
import pytest

from dxaudit.show import plot
from dxaudit.state import from_tables

matplotlib.use("Agg")


def words(ax):
    return [t.get_text() for t in ax.texts]


@pytest.fixture
def city():
    return from_tables(
        organization=pd.DataFrame({"department": ["市民課", "税務課"], "headcount": [10, 5]}),
        businesses=pd.DataFrame({"department": ["市民課"], "business": ["証明"], "annual_hours": [9000]}),
        survey=pd.DataFrame({"department": ["市民課"] * 9 + ["税務課"] * 2}),
    )


def test_what_is_missing_is_said_and_hatched(city):
    ax = plot.coverage(city.coverage())
    assert "未提出" in words(ax) and "秘匿" in words(ax) and "50%" in words(ax)
    assert "2 所属中 1 所属" in ax.get_title(loc="left") + ax.get_title()
    assert any(patch.get_hatch() == "xxxx" for patch in ax.patches)


def test_a_survey_never_taken_is_not_called_suppressed(city):
    ax = plot.coverage(city.replace(survey=from_tables().survey).coverage())
    assert "秘匿" not in words(ax)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_empty_and_a_one_row_city_are_drawn(lang):
    plot.coverage(from_tables().coverage(), lang=lang)
    one = from_tables(businesses=pd.DataFrame({"department": ["市民課"], "business": ["証明"]}))
    assert len(words(plot.coverage(one.coverage(), lang=lang))) == 14


def test_of_many_departments_those_with_the_least_answers_are_kept():
    names = [f"第{i}課" for i in range(80)]
    state = from_tables(
        organization=pd.DataFrame({"department": names}),
        businesses=pd.DataFrame({"department": names[:70], "business": "業務"}),
    )
    ax = plot.coverage(state.coverage(), most=20)
    shown = [t.get_text() for t in ax.get_yticklabels()]
    assert set(names[70:]) <= set(shown) and len(shown) == 21
