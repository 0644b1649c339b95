"""Differences, leaders, training plan and sentences: what a reader may conclude."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import dxaudit as dx

ITEMS = [f"q{i:02d}" for i in range(1, 21)]
ABILITY = ITEMS[:17]


def city(levels, sizes, seed=0, heads=None, **columns):
    """Departments with given mean levels; ``columns`` as lists over all people."""
    rng = np.random.default_rng(seed)
    people = sum(sizes)
    names = [f"第{n}課" for n in range(1, len(sizes) + 1)]
    centre = np.repeat(levels, sizes)[:, None] + rng.normal(0, 0.4, (people, 1))
    survey = pd.DataFrame(np.clip(np.round(rng.normal(centre, 0.7, (people, 20))), 1, 5), columns=ITEMS)
    survey = survey.assign(department=np.repeat(names, sizes), **columns)
    frames = {"survey": survey}
    if heads:
        frames["organization"] = pd.DataFrame({"department": names, "headcount": list(map(float, heads))})
    return dx.from_tables(**frames), survey


def test_a_difference_is_called_so_only_when_the_interval_supports_it():
    state, survey = city([2.5, 2.5, 2.5, 4.0], [20, 20, 20, 20])
    found = dx.profile_skills(state).differences("level").set_index("group")
    assert found.loc["第4課", "different"] and found.loc["第4課", "low"] > 0
    means = survey[ABILITY].mean(axis=1)
    own, others = means[survey["department"] == "第1課"], means[survey["department"] != "第1課"]
    expected = stats.ttest_ind(own, others, equal_var=False)
    assert found.loc["第1課", "p"] == pytest.approx(expected.pvalue, abs=1e-9)
    assert found.loc["第1課", "difference"] == pytest.approx(own.mean() - others.mean(), abs=1e-12)


def test_among_forty_departments_that_are_alike_hardly_one_is_called_different():
    calls = [
        int(dx.profile_skills(city([3.0] * 40, [8] * 40, seed=seed)[0]).differences("level")["different"].sum())
        for seed in range(3)
    ]
    assert sum(calls) <= 1


def test_hidden_groups_are_compared_with_nobody():
    state, _ = city([3.0] * 5, [20, 20, 20, 3, 4])
    assert set(dx.profile_skills(state).differences("level")["group"]) == {"第1課", "第2課", "第3課"}
    assert dx.profile_skills(state).differences("level", by="tier").empty


def test_managers_against_staff_over_every_area():
    state, survey = city([2.0, 3.2], [20, 60], position=["課長"] * 20 + ["主事"] * 60)
    found = dx.profile_skills(state).managers().set_index("measure")
    means = survey[ABILITY].mean(axis=1)
    expected = stats.ttest_ind(means[:20], means[20:], equal_var=False)
    line = found.loc["level"]
    assert (line["managers"], line["staff"]) == (20, 60)
    assert line["difference"] == pytest.approx(means[:20].mean() - means[20:].mean())
    assert line["p"] == pytest.approx(expected.pvalue) and line["different"]
    assert {"level:why", "level:what", "level:how", "level:mindset", "security"} <= set(found.index)
    assert (found["p_adjusted"] >= found["p"]).all()


def test_leaders_are_set_against_the_mark_only_as_far_as_the_interval_goes():
    roles = ["leader"] * 1 + ["general"] * 49 + ["leader"] * 25 + ["general"] * 25 + ["leader"] * 2 + ["general"] * 8
    state, _ = city([3.0] * 3, [50, 50, 10], dx_role=roles)
    found = dx.profile_skills(state).leaders().set_index("group")
    assert found["verdict"].to_dict() == {"第1課": "below", "第2課": "reached", "第3課": "open"}
    assert (found["mark"] == 0.2).all()


def test_the_training_plan_counts_seats_of_groups_and_loses_nobody():
    state, survey = city([2.0, 3.5, 3.0, 2.5], [20, 30, 3, 4], heads=[30, 40, 5, 6])
    plan = dx.profile_skills(state).plan()
    assert plan["order"].tolist() == list(range(1, len(plan) + 1))
    assert plan["people"].is_monotonic_decreasing
    assert set(plan["group"]) == {"第1課", "第2課", ""}
    why = plan[plan["area"] == "why"].set_index("group")
    assert why["staff"].sum() == 81 and why["respondents"].sum() == 57
    own = survey[survey["department"] == "第1課"]
    below = np.mean([own["q01"] < 3, own["q02"] < 3, own["q03"] < 2])
    assert why.loc["第1課", "people"] == pytest.approx(30 * below)
    assert why.loc["第1課", "people_low"] <= why.loc["第1課", "people"] <= why.loc["第1課", "people_high"]
    assert not {"respondent_id", "position", "comment"} & set(plan.columns)


def test_a_role_has_its_own_targets_for_the_whole_city_only():
    roles = ["leader"] * 8 + ["general"] * 22
    state, survey = city([3.0, 3.0], [15, 15], dx_role=roles, position=["課長"] * 6 + ["主事"] * 24)
    profile = dx.profile_skills(state)
    leader = profile.measure("at_target:leader", "city").iloc[0]
    goals = {"q07": 3, "q11": 3, "q12": 3, "q13": 3, "q16": 2, "q17": 2}
    expected = np.mean([(survey[q][:8] >= goal).mean() for q, goal in goals.items()])
    assert leader["respondents"] == 8 and leader["value"] == pytest.approx(expected)
    assert profile.measure("at_target:manager", "city")["respondents"].iloc[0] == 6
    assert profile.measure("at_target:manager", "department").empty


def test_sentences_carry_numbers_and_denominators_in_both_languages():
    state, _ = city([2.0, 3.5], [20, 30], heads=[40, 40], training=["none", "once"] * 25)
    profile = dx.profile_skills(state)
    ja, en = profile.sentences("ja"), profile.sentences("en")
    assert len(ja) == len(en) >= 4
    assert "職員80人のうち50人(62%)" in ja[0] and "50 of 80" in en[0]
    assert any("50人の50%" in sentence for sentence in ja)
    assert dx.profile_skills(dx.from_tables()).sentences() == ()
