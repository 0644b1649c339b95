"""What a city is promised about its staff: from everything published for the sample city no hidden figure follows.

The attacker puts all measures together: for every hidden department the number of people, and for each of the twenty
questions how many gave each of the five answers, are unknown; whatever is published is an equation in these.
"""

import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

import dxaudit as dx
from dxaudit.privacy import respondents
from dxaudit.vocabulary import load

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "shionagi"
LEVELS = np.arange(1, 6)
CLASSES = {"low": (1, 2), "middle": (3,), "high": (4, 5), **{str(n): (n,) for n in LEVELS}}


@pytest.fixture(scope="module")
def state():
    return dx.read(SAMPLE)


@pytest.fixture(scope="module")
def profile(state):
    return dx.profile_skills(state)


def weights(measure):
    """A measure as ``(total, base)`` weights over items × answers; None for what is no sum over answers."""
    items = load("questionnaire")["items"]
    kind, _, rest = measure.partition(":")
    total, base = np.zeros((20, 5)), np.zeros((20, 5))
    for row, item in enumerate(items.values()):
        aimed = "all" in item["target"]
        goal = item["target"].get("all", np.nan)
        area, _, answer = rest.partition(":")
        inside = {
            "level": item["area"] == rest if rest else item["scale"] == "skill",
            "attitude": item["scale"] == "attitude",
            "security": bool(item.get("security")),
            "positive": True,
            "at_target": aimed and (not rest or item["area"] == rest),
            "gap": aimed and (not rest or item["area"] == rest),
            "answers": not area or item["area"] == area,
        }.get(kind)
        if inside is None or rest in ("manager", "leader"):
            return None
        if inside:
            base[row] = 1
            total[row] = {
                "positive": (LEVELS >= 4) * 1.0,
                "at_target": (goal <= LEVELS) * 1.0,
                "gap": LEVELS - goal,
                "answers": np.isin(LEVELS, CLASSES.get(answer, ())) * 1.0,
            }.get(kind, LEVELS * 1.0)
    return total.ravel(), base.ravel()


def remainders(facts, measure):
    """Shown groups less their shown parts: who is left in each, and what is known of them together."""
    rows = facts[facts["measure"] == measure]
    sums = ["respondents", "base", "total"]
    above = dict(zip(rows["group"], rows["parent"], strict=True))
    shown = rows[rows["shown"]].set_index("group")[sums].astype(float)
    left = shown.copy()
    members = {group: [] for group in shown.index}
    departments = rows[rows["level"] == "department"]["group"]
    for group in rows["group"]:
        holder = above[group]
        while holder and holder not in shown.index:
            holder = above[holder]
        if not holder:
            continue
        if group in shown.index:
            left.loc[holder] -= shown.loc[group]
        elif group in set(departments):
            members[holder].append(group)
    return {group: (members[group], left.loc[group]) for group in shown.index if members[group]}


def test_nobody_works_out_a_hidden_department_from_all_figures_together(profile):
    facts = profile.release.facts
    facts = facts[facts["hierarchy"] == "organization"]
    heads = facts[facts["level"] == "department"].groupby("group")["headcount"].first()
    hidden = sorted({g for members, _ in remainders(facts, "level").values() for g in members})
    assert hidden, "the sample city has small departments"
    size = 101  # of each hidden department: its people, and 20 × 5 counts of answers
    equal, right, below = [], [], []
    for measure in profile.release.measures():
        form = (np.zeros(100), np.zeros(100)) if measure == "response" else weights(measure)
        if form is None:
            continue
        for members, left in remainders(facts, measure).values():
            for line, value in ((form[0], left["total"]), (form[1], left["base"])):
                row = np.zeros(size * len(hidden))
                for member in members:
                    start = hidden.index(member) * size
                    row[start] = 1.0 if measure == "response" else 0.0
                    row[start + 1 : start + size] = line
                equal.append(csr_array(row[None, :]))
                right.append(value)
    for number in range(len(hidden)):
        for item in range(20):  # nobody answers a question twice
            row = np.zeros(size * len(hidden))
            row[number * size] = -1
            row[number * size + 1 + 5 * item : number * size + 6 + 5 * item] = 1
            below.append(csr_array(row[None, :]))
    bounds = []
    for group in hidden:
        most = heads[group] if np.isfinite(heads[group]) else 1000
        bounds += [(0, most)] + [(0, most)] * 100
    system = {
        "A_eq": vstack(equal).tocsr(),
        "b_eq": right,
        "A_ub": vstack(below).tocsr(),
        "b_ub": np.zeros(len(below)),
        "bounds": bounds,
    }
    for number, group in enumerate(hidden):
        targets = {"people": np.r_[1.0, np.zeros(100)]}
        for measure in ("level", "positive", "security"):
            targets[measure] = np.r_[0.0, weights(measure)[0]]
        for name, form in targets.items():
            aim = np.zeros(size * len(hidden))
            aim[number * size : (number + 1) * size] = form
            ends = [linprog(sign * aim, **system) for sign in (1, -1)]
            assert [e.status for e in ends] == [0, 0], ends[0].message
            assert -ends[1].fun - ends[0].fun > 0.5, f"{group}: {name} is known"


def test_every_figure_of_a_small_department_is_missing(state, profile):
    counts = state.survey["department"].value_counts()
    small = set(counts.index[counts < state.settings.minimum_group])
    assert small
    facts = profile.release.facts
    held = facts[facts["group"].isin(small) & (facts["level"] == "department")]
    assert not held["shown"].any()
    assert held[["respondents", "base", "total", "total_squared"]].isna().all().all()


def test_the_profile_holds_no_answer_of_anybody(state, profile):
    """Not as an attribute, not in what is pickled into a notebook or sent to another process."""
    content = pickle.dumps(profile)
    for comment in state.survey["comment"].dropna().unique():
        assert comment.encode() not in content
    for number in state.survey["respondent_id"].dropna().unique():
        if len(str(number)) >= 6:
            assert str(number).encode() not in content
    assert len(profile.release.facts) < 60 * len(state.departments()) * 4


def test_who_answered_and_the_skill_profile_side_by_side_tell_no_more_than_one(state, profile):
    answered = respondents(state).set_index("department")
    response = profile.measure("response").set_index("group")
    assert list(answered.index[~answered["shown"]]) == list(response.index[~response["shown"]])
    # Whoever is hidden there is hidden in every other figure.
    for name in ("level", "training", "leaders", "ai_use"):
        found = profile.measure(name).set_index("group")
        assert not found.loc[response.index[~response["shown"]], "shown"].any()


def test_the_register_and_the_coverage_tell_nothing_of_a_hidden_department(state, profile):
    register = dx.assess(state)
    hidden = set(profile.release.hidden())
    people = register.frame[register.frame["code"].str.match("H0[2-8]") & register.frame["department"].isin(hidden)]
    assert len(people) and not people["assessed"].any()
    assert people[["value", "low", "high", "coverage", "reach", "priority"]].isna().all().all()
    assert people["reason"].nunique() == 1, "no reason may tell an empty department from a small one"
    coverage = state.coverage()
    assert coverage.loc[coverage["department"].isin(hidden), "respondents"].isna().all()


def test_no_explanation_lists_the_rows_of_answers(state):
    register = dx.assess(state)
    for code in ("H01", "H02", "H04", "H07"):
        rows = register.explain(code).rows
        assert set(rows["cell"]) <= {""} and not {"source_row", "respondent_id", "comment"} & set(rows.columns)
