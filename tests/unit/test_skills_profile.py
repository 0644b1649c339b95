"""What an analyst reads off the skill profile."""

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx

ITEMS = [f"q{i:02d}" for i in range(1, 21)]
ABILITY = ITEMS[:17]


def survey(groups, seed=0, **columns):
    """Answers of ``{department: number of respondents}``, random but the same each time."""
    rng = np.random.default_rng(seed)
    people = sum(groups.values())
    frame = pd.DataFrame(rng.integers(1, 6, (people, 20)).astype(float), columns=ITEMS)
    frame["department"] = [name for name, number in groups.items() for _ in range(number)]
    frame["respondent_id"] = [f"r{i}" for i in range(people)]
    frame["training"] = rng.choice(["none", "once"], people)
    return frame.assign(**columns)


def organization(heads, bureau="民生部"):
    return pd.DataFrame({"bureau": bureau, "department": list(heads), "headcount": list(map(float, heads.values()))})


def test_a_level_is_the_mean_of_all_answers_on_the_ability_scale():
    answers = survey({"市民課": 8, "税務課": 6})
    found = dx.profile_skills(dx.from_tables(survey=answers)).measure("level").set_index("group")
    expected = answers.groupby("department")[ABILITY].apply(lambda g: g.to_numpy().mean())
    assert found.loc["市民課", "value"] == pytest.approx(expected["市民課"], abs=1e-12)
    assert found.loc["市民課", "respondents"] == 8
    assert (found["low"] < found["value"]).all() and (found["value"] < found["high"]).all()


def test_a_small_department_is_counted_in_the_city_and_shown_nowhere():
    answers = survey({"市民課": 20, "税務課": 15, "出納室": 3, "監査室": 4})
    profile = dx.profile_skills(dx.from_tables(survey=answers))
    city = profile.measure("level", "city").iloc[0]
    assert city["respondents"] == 42
    assert city["value"] == pytest.approx(answers[ABILITY].to_numpy().mean())
    for name in profile.release.measures():
        found = profile.measure(name).set_index("group") if not name.startswith(("part", "answers")) else None
        if found is None or found.empty:
            continue
        small = found.loc[["出納室", "監査室"]]
        assert not small["shown"].any() and set(small["reason"]) == {"suppressed"}
        assert small[["respondents", "value", "low", "high"]].isna().all().all()


def test_one_small_department_alone_takes_another_with_it():
    answers = survey({"市民課": 20, "税務課": 15, "出納室": 3})
    found = dx.profile_skills(dx.from_tables(survey=answers)).measure("level").set_index("group")
    # City less 市民課 less 税務課 would be the three of 出納室; the smaller of the two is hidden as well.
    assert list(found.index[found["shown"]]) == ["市民課"]


def test_no_reason_tells_the_small_group_from_the_one_hidden_for_its_sake():
    answers = survey({"市民課": 20, "税務課": 15, "出納室": 3})
    found = dx.profile_skills(dx.from_tables(survey=answers)).measure("level").set_index("group")
    assert found.loc["税務課", "reason"] == found.loc["出納室", "reason"] == "suppressed"


def test_a_city_may_ask_for_ten():
    answers = survey({"市民課": 30, "税務課": 9, "出納室": 8})
    settings = dx.Settings(minimum_group=10)
    found = dx.profile_skills(dx.from_tables(settings, survey=answers)).measure("level").set_index("group")
    assert list(found.index[found["shown"]]) == ["市民課"]


def test_response_is_respondents_over_heads_and_needs_the_list():
    answers = survey({"市民課": 20, "税務課": 15})
    with_list = dx.from_tables(survey=answers, organization=organization({"市民課": 25, "税務課": 40}))
    found = dx.profile_skills(with_list).response().set_index("group")
    assert found.loc["市民課", "response"] == 20 / 25 and not found.loc["市民課", "low_response"]
    assert found.loc["税務課", "response"] == 15 / 40 and found.loc["税務課", "low_response"]
    without = dx.profile_skills(dx.from_tables(survey=answers)).measure("response")
    assert without["value"].isna().all() and set(without["reason"]) == {"no_headcount"}


def test_answers_under_a_name_that_the_list_does_not_know_count_in_the_city():
    answers = survey({"市民課": 20, "税務課": 15, "旧出張所": 6})
    state = dx.from_tables(survey=answers, organization=organization({"市民課": 25, "税務課": 40}))
    city = dx.profile_skills(state).measure("response", "city").iloc[0]
    assert city["respondents"] == 41 and city["value"] == pytest.approx(41 / 65)
    written = dx.profile_skills(state).measure("response").set_index("group").loc["旧出張所"]
    assert written["respondents"] == 6 and written["reason"] == "no_headcount"


def test_a_full_response_leaves_no_doubt_about_the_mean():
    answers = survey({"市民課": 20, "税務課": 15})
    state = dx.from_tables(survey=answers, organization=organization({"市民課": 20, "税務課": 40}))
    found = dx.profile_skills(state).measure("level").set_index("group")
    assert found.loc["市民課", "low"] == found.loc["市民課", "value"] == found.loc["市民課", "high"]
    assert found.loc["税務課", "low"] < found.loc["税務課", "high"]


def test_managers_are_told_from_staff_by_their_position():
    positions = ["部長"] * 2 + ["課長"] * 3 + ["課長補佐"] * 3 + ["係長"] * 6 + ["主事"] * 6
    answers = survey({"市民課": 20}, seed=1, position=positions)
    found = dx.profile_skills(dx.from_tables(survey=answers)).measure("level", by="tier").set_index("group")
    assert found.loc["manager", "respondents"] == 8
    assert found.loc["staff", "value"] == pytest.approx(answers[ABILITY].to_numpy()[8:].mean())


def test_the_last_of_several_answers_under_one_number_counts():
    answers = survey({"市民課": 10})
    answers.loc[9, "respondent_id"] = answers.loc[0, "respondent_id"]
    profile = dx.profile_skills(dx.from_tables(survey=answers))
    city = profile.measure("level", "city").iloc[0]
    assert city["respondents"] == 9
    assert city["value"] == pytest.approx(answers[ABILITY].to_numpy()[1:].mean())


def test_an_empty_survey_gives_empty_tables():
    profile = dx.profile_skills(dx.from_tables())
    assert profile.measure("level").empty and profile.measure("training", "city").empty
    assert profile.items().empty and profile.distribution().empty


def test_an_unknown_figure_or_grouping_is_a_mistake():
    profile = dx.profile_skills(dx.from_tables(survey=survey({"市民課": 9})))
    with pytest.raises(KeyError):
        profile.measure("happiness")
    with pytest.raises(KeyError):
        profile.measure("level:happiness")
    with pytest.raises(KeyError):
        profile.measure("level", by="respondent_id")


def test_consistency_of_fewer_people_than_the_minimum_is_not_told():
    answers = survey({"市民課": 12})
    answers.loc[3:, "q01"] = np.nan
    found = dx.profile_skills(dx.from_tables(survey=answers)).reliability.set_index("area")
    assert found.loc["why", "refused"] == "too_few" and np.isnan(found.loc["why", "respondents"])
    assert found.loc["what", "refused"] == "" and found.loc["what", "items"] == 5
