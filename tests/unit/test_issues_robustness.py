"""Rank stability: shares of weightings, the nearest weighting that changes the first place, and raters' agreement."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

import dxaudit as dx
from dxaudit.issues.agreement import kendall_w
from dxaudit.issues.robustness import _project, _shares, draw_weights, nearest_turn, rank_shares, tornado
from dxaudit.settings import PERSPECTIVES


def city() -> dx.CurrentState:
    rows = pd.DataFrame(
        {
            "department": ["市民課"] * 4 + ["税務課"] * 2,
            "business": [f"業務{i}" for i in range(6)],
            "medium": ["paper", "digital", "paper", "digital", "digital", "both"],
            "annual_hours": [50.0, 40.0, 30.0, 20.0, 60.0, 10.0],
            "assigned_staff": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
            "approval": ["paper", "electronic"] * 3,
            "manual": ["false", "true"] * 3,
            "personal_information": ["personal"] * 6,
            "office_tools": [("Excel",)] * 6,
            "systems_used": [("a",), (), (), ("a",), ("a",), ("a",)],
        }
    )
    return dx.from_tables(businesses=rows)


@pytest.fixture(scope="module")
def register():
    return dx.assess(city())


def test_shares_agree_with_a_full_sort():
    draw = np.random.default_rng(1)
    base, at = draw.uniform(1, 99, 23), draw.integers(0, 5, 23)
    weights = draw_weights(500, 7)
    scores = (weights.T[at] * base[:, None]).astype(np.float32).T
    above = (scores[:, :, None] < scores[:, None, :]).sum(axis=2)
    for column, place in enumerate((1, 3, 5, 10)):
        np.testing.assert_allclose(_shares(base, at, weights)[:, column], (above < place).mean(axis=0))


def test_every_scope_is_there_and_shares_rise_with_the_places(register):
    found = register.robustness()
    assert set(found["department"]) == {"全庁", "市民課", "税務課"}
    assert (found["first"] <= found["top3"]).all() and (found["top3"] <= found["top5"]).all()
    assert (found["top5"] <= found["top10"]).all() and found["top10"].between(0, 1).all()
    firsts = found.groupby("department")["first"].sum()
    assert (firsts >= 1 - 1e-9).all()
    one = register.robustness("市民課")
    pd.testing.assert_frame_equal(one, found[found["department"] == "市民課"].reset_index(drop=True))


def test_the_same_seed_gives_the_same_figures_and_weights_move_them(register):
    pd.testing.assert_frame_equal(register.robustness(), register.robustness())
    people = register.reweighted(dict.fromkeys(PERSPECTIVES, 0.0) | {"business": 1.0}).robustness("市民課")
    assert (people.loc[people["perspective"] != "business", "first"] == 0).all()


def test_weightings_lie_around_the_own_weights():
    own = dict(zip(PERSPECTIVES, (3.0, 1.0, 1.0, 0.0, 0.0), strict=True))
    drawn = draw_weights(20_000, 3, own)
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), [0.6, 0.2, 0.2, 0, 0], atol=0.01)


def test_rank_shares_add_up(register):
    table = rank_shares(register, "市民課", places=100)
    np.testing.assert_allclose(table.sum(axis=1), 1)
    np.testing.assert_allclose(table.sum(axis=0), 1)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0.05, 1), min_size=5, max_size=5),
    st.floats(5, 100),
    st.floats(5, 100),
    st.sampled_from([(0, 1), (3, 2), (4, 0)]),
)
def test_the_nearest_weighting_agrees_with_a_numerical_solver(weights, leading, other, pair):
    now = np.array(weights) / sum(weights)
    p, q = pair
    found = _project(now, PERSPECTIVES[p], PERSPECTIVES[q], leading, other)
    assert found.sum() == pytest.approx(1) and (found >= 0).all()
    assert other * found[q] == pytest.approx(leading * found[p], abs=1e-6)
    solved = minimize(
        lambda w: ((w - now) ** 2).sum(), np.full(5, 0.2), bounds=[(0, 1)] * 5, method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-14},
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1},
            {"type": "eq", "fun": lambda w: other * w[q] - leading * w[p]},
        ],
    )  # fmt: skip
    assert np.linalg.norm(found - now) <= np.linalg.norm(solved.x - now) + 1e-5


def test_at_the_nearest_weighting_both_are_level_and_beyond_it_the_other_leads(register):
    turn = nearest_turn(register, "市民課")
    level = register.reweighted(turn.weights).of("市民課").set_index("code")["priority"]
    assert level[turn.first] == pytest.approx(level[turn.next]) and level.max() == pytest.approx(level[turn.first])
    beyond = {p: max(0.0, turn.now[p] + 1.02 * (turn.weights[p] - turn.now[p])) for p in PERSPECTIVES}
    assert register.reweighted(beyond).top(1, "市民課")["code"].item() == turn.next
    short = {p: turn.now[p] + 0.98 * (turn.weights[p] - turn.now[p]) for p in PERSPECTIVES}
    assert register.reweighted(short).top(1, "市民課")["code"].item() == turn.first
    titles = {code: entry.label["ja"] for code, entry in register.entries.items()}
    assert titles[turn.next] in turn.sentence(titles)


def test_the_tornado_shows_the_lead_under_half_and_double_weights(register):
    table = tornado(register, "市民課")
    assert set(table["perspective"]) == set(PERSPECTIVES)
    first = register.top(1, "市民課")["code"].item()
    for line in table.itertuples():
        doubled = register.reweighted({line.perspective: 2.0}).of("市民課").set_index("code")["priority"]
        assert line.high == pytest.approx(doubled[first] - doubled.drop(first).max())


def test_nothing_assessed_gives_nothing():
    nothing = dx.assess(dx.from_tables())
    assert nothing.robustness().empty and nearest_turn(nothing) is None and tornado(nothing).empty


def test_kendall_w_of_the_textbook_example():
    three = pd.DataFrame([[1, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4]], columns=list("abcd"))
    assert kendall_w(three).value == pytest.approx(0.7778, abs=5e-5)
    assert kendall_w(three).spread["issue"].iloc[0] == "b"


def test_kendall_w_at_its_ends_and_with_gaps():
    same = pd.DataFrame([[1, 2, 3]] * 4)
    assert kendall_w(same).value == pytest.approx(1)
    assert kendall_w(pd.DataFrame([[1, 2], [2, 1]])).value == pytest.approx(0)
    gap = kendall_w(pd.DataFrame([[1, 2, None], [1, 2, 3]], columns=list("abc")))
    assert gap.issues == 2 and gap.value == pytest.approx(1)
    assert np.isnan(kendall_w(pd.DataFrame([[1, 2, 3]])).value)
    tied = pd.DataFrame([[1, 1, 2], [1, 1, 2]])
    assert kendall_w(tied).value == pytest.approx(1)
