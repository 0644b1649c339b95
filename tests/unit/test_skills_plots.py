"""Bars of answers stay right where packages are known to go wrong, and every chart survives nothing and one row."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import dxaudit as dx
from dxaudit.show.plot import skills as plots
from dxaudit.vocabulary import load, text

ITEMS = [f"q{i:02d}" for i in range(1, 21)]
CHARTS = ("likert", "likert_items", "skill_areas", "skill_gap", "skill_heat_map", "response_map")


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def shares(**groups):
    """``group=(share of 1, …, share of 5)`` as a long table."""
    rows = [
        {"group": group, "answer": str(n), "share": share, "respondents": 20.0, "shown": share is not None}
        for group, values in groups.items()
        for n, share in enumerate(values or [None] * 5, start=1)
    ]
    return pd.DataFrame(rows)


def bars(ax, row):
    """Bars of one row from the left: colour of the answer → (left, right)."""
    colours = {to_hex(load("look")["likert"][a]): a for a in plots.SIDES}
    found = {}
    for patch in ax.patches:
        if (
            isinstance(patch, Rectangle)
            and abs(patch.get_y() + patch.get_height() / 2 - row) < 0.01
            and not patch.get_hatch()
        ):
            answer = colours[to_hex(patch.get_facecolor())]
            found[{"middle": "3"}.get(answer, answer)] = (patch.get_x(), patch.get_x() + patch.get_width())
    return found


def test_the_middle_line_cuts_the_middle_answer_in_half():
    ax = plots.diverging(shares(市民課=(0.1, 0.2, 0.4, 0.2, 0.1)))
    found = bars(ax, 0)
    assert found["3"] == pytest.approx((-20, 20))
    assert found["1"] == pytest.approx((-50, -40)) and found["5"] == pytest.approx((40, 50))


def test_when_nobody_disagrees_the_bars_and_their_numbers_stay():
    """jbryer/likert #103: the labels vanish."""
    ax = plots.diverging(shares(市民課=(0, 0, 0.2, 0.5, 0.3)))
    found = bars(ax, 0)
    assert set(found) == {"3", "4", "5"}
    assert found["3"] == pytest.approx((-10, 10)) and found["5"][1] == pytest.approx(90)
    assert {t.get_text() for t in ax.texts} >= {"20", "50", "30"}


def test_a_missing_middle_answer_leaves_both_sides_at_the_line():
    ax = plots.diverging(shares(市民課=(0.25, 0.25, 0, 0.25, 0.25)))
    found = bars(ax, 0)
    assert "3" not in found
    assert found["2"][1] == pytest.approx(0) and found["4"][0] == pytest.approx(0)


def test_the_middle_answer_of_several_groups_is_each_groups_own():
    """jbryer/likert #130: the middle of grouped bars is summed over groups."""
    ax = plots.diverging(shares(市民課=(0.1, 0.2, 0.4, 0.2, 0.1), 税務課=(0, 0, 1, 0, 0), 財政課=(0.5, 0, 0, 0, 0.5)))
    assert bars(ax, 0)["3"] == pytest.approx((-20, 20))
    assert bars(ax, 1)["3"] == pytest.approx((-50, 50))
    assert "3" not in bars(ax, 2)


def test_groups_stand_in_the_order_given_and_low_answers_on_the_left():
    """jbryer/likert #138: grouped bars upside down."""
    ax = plots.diverging(shares(B課=(1, 0, 0, 0, 0), A課=(0, 0, 0, 0, 1)))
    assert [t.get_text().split()[0] for t in ax.get_yticklabels()] == ["B課", "A課"]
    low, high = ax.get_ylim()
    assert low > high, "the first group is on top"
    assert bars(ax, 0)["1"] == pytest.approx((-100, 0)) and bars(ax, 1)["5"] == pytest.approx((0, 100))


def test_uneven_groups_are_each_a_whole_of_their_own():
    rng = np.random.default_rng(0)
    survey = pd.DataFrame(rng.integers(1, 6, (206, 20)).astype(float), columns=ITEMS)
    survey["department"] = ["市民課"] * 200 + ["税務課"] * 6
    ax = plots.likert(dx.profile_skills(dx.from_tables(survey=survey)), by="department")
    for row in range(2):
        found = bars(ax, row)
        assert max(r for _, r in found.values()) - min(left for left, _ in found.values()) == pytest.approx(100)


def test_not_applicable_is_in_no_bar():
    """jbryer/likert #94: "not sure" is counted as an answer."""
    survey = pd.DataFrame(np.full((12, 20), 4.0), columns=ITEMS)
    survey.iloc[::2] = 2.0
    survey.loc[:5, "q01"] = np.nan
    survey["department"] = "市民課"
    profile = dx.profile_skills(dx.from_tables(survey=survey))
    item = profile.items().set_index("item").loc["q01"]
    assert item["respondents"] == 6
    assert item[["1", "2", "3", "4", "5"]].sum() == pytest.approx(1)


def test_suppressed_groups_are_hatched_and_named():
    rng = np.random.default_rng(0)
    survey = pd.DataFrame(rng.integers(1, 6, (47, 20)).astype(float), columns=ITEMS)
    survey["department"] = ["市民課"] * 40 + ["出納室"] * 3 + ["監査室"] * 4
    profile = dx.profile_skills(dx.from_tables(survey=survey))
    for chart in (plots.skill_heat_map(profile), plots.likert(profile, by="department")):
        assert any(p.get_hatch() for p in chart.patches)
        assert text("common.suppressed") in {t.get_text() for t in chart.texts}
        assert {t.get_text().split()[0] for t in chart.get_yticklabels()} == {"市民課", "出納室", "監査室"}
    assert not any(t.get_text().replace(".", "").isdigit() for t in plots.skill_areas(profile, "出納室").texts)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("people", [0, 1, 6])
def test_every_chart_survives_nobody_one_person_and_one_group(name, people):
    survey = pd.DataFrame(np.random.default_rng(0).integers(1, 6, (people, 20)).astype(float), columns=ITEMS)
    survey["department"] = "市民課"
    organization = pd.DataFrame({"department": ["市民課"], "headcount": [9.0]})
    profile = dx.profile_skills(dx.from_tables(survey=survey, organization=organization))
    ax = getattr(dx.plot, name)(profile, lang="en" if people == 1 else "ja")
    assert ax.axison == (people == 6) or ax.texts or ax.patches
    if people == 6:
        ax.figure.canvas.draw()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_where_it_is_asked_to_be(name):
    _, ax = plt.subplots()
    survey = pd.DataFrame(np.random.default_rng(0).integers(1, 6, (9, 20)).astype(float), columns=ITEMS)
    survey["department"] = "市民課"
    assert getattr(dx.plot, name)(dx.profile_skills(dx.from_tables(survey=survey)), ax=ax) is ax


def test_no_number_stands_on_the_mark_of_the_city():
    rng = np.random.default_rng(5)
    rows = [
        {
            "department": f"第{n}課",
            **{item: str(min(5, max(1, round(rng.normal(2.4 + 0.12 * n, 0.6))))) for item in ITEMS},
        }
        for n in range(8)
        for _ in range(9)
    ]
    profile = dx.profile_skills(dx.from_tables(survey=pd.DataFrame(rows)))
    numbers = 0
    for n in range(8):
        ax = plots.skill_areas(profile, department=f"第{n}課")
        ax.figure.draw_without_rendering()
        marks = [
            line.get_window_extent()
            for line in ax.lines
            if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) > 1
        ]
        for words in ax.texts:
            numbers += 1
            assert not any(words.get_window_extent().overlaps(mark) for mark in marks)
    assert numbers > 20
