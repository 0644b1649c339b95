"""Bad answers are findings; none is lost, and no finding speaks of a person."""

import csv

import numpy as np
import pandas as pd

import dxaudit as dx
from dxaudit.intake.answers import check_answers
from dxaudit.intake.export import write_tables

ITEMS = [f"q{i:02d}" for i in range(1, 21)]


def frame(people=12):
    answers = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (people, 20)).astype(float), columns=ITEMS)
    return answers.assign(
        department=["市民課", "税務課"] * (people // 2),
        respondent_id=[f"R{i:03d}" for i in range(people)],
        comment=None,
    )


def found(answers, extras=None):
    state = dx.from_tables(survey=answers)
    return check_answers(state.survey, state.settings, extras)


def rules(findings):
    return {(f.rule, f.cell) for f in findings}


def test_clean_answers_give_no_finding():
    assert found(frame()) == []


def test_one_person_twice_is_found_at_the_row_that_no_longer_counts():
    answers = frame()
    answers.loc[10, "respondent_id"] = answers.loc[0, "respondent_id"]
    assert rules(found(answers)) == {("survey_twice", "2")}


def test_a_number_in_two_departments_is_found_where_numbers_are_the_citys():
    answers = frame(40)
    answers.loc[1, "respondent_id"] = answers.loc[0, "respondent_id"]
    assert rules(found(answers)) == {("survey_number_shared", "2"), ("survey_number_shared", "3")}
    # Each department numbering from 1 is no fault.
    answers["respondent_id"] = [str(i // 2) for i in range(40)]
    assert found(answers) == []


def test_two_equal_sheets_and_one_answer_throughout_are_found():
    answers = frame()
    answers.loc[4, ITEMS] = answers.loc[2, ITEMS].to_numpy()
    answers.loc[5, ITEMS] = 3.0
    assert rules(found(answers)) == {("survey_same_sheet", "6"), ("survey_one_answer", "7")}


def test_off_the_scale_and_without_department():
    answers = frame()
    answers.loc[0, "q07"] = 9.0
    answers.loc[3, "department"] = None
    assert rules(found(answers)) == {("survey_out_of_scale", "2"), ("survey_no_department", "5")}


def test_a_file_with_names_in_it():
    answers = frame()
    answers["respondent_id"] = ["山田 太郎", *answers["respondent_id"][1:]]
    extras = pd.DataFrame({"職員氏名": ["山田 太郎"] * 12, "施設名": ["本庁"] * 12, "メールアドレス": [None] * 12})
    messages = [f.message for f in found(answers, extras) if f.rule == "survey_names"]
    assert len(messages) == 2 and any("職員氏名" in m for m in messages)
    assert all(f.severity == "error" for f in found(answers, extras))


def test_no_table_written_ties_a_person_to_the_answers(tmp_path):
    """Names, addresses and what was set aside stay in the source: the row number would join them to the answers."""
    head = ["回答番号", "所属", "メールアドレス", "連絡用", "使用端末", *(f"Q{n}" for n in range(1, 11))]
    lines = [
        [f"u{n}@town.lg.jp", "市民課", f"u{n}@town.lg.jp", f"v{n}@town.lg.jp", "PC", *([n % 5 + 1] * 10)]
        for n in range(8)
    ]
    lines.append(["u9@town.lg.jp", "", "u9@town.lg.jp", "", "", *([""] * 10)])
    with (tmp_path / "アンケート.csv").open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([head, *lines])
    state = dx.read(tmp_path)
    assert state.was_sent("survey") and len(state.rows_outside)
    written = write_tables(state, tmp_path / "表")
    told = {path.name: path.read_text(encoding="utf-8-sig") for path in written}
    assert "使用端末" in told["survey.extras.csv"] and "市民課" in told["survey.csv"]
    assert not any("@" in content for content in told.values())
    assert "メールアドレス" in state.extras["survey"], "kept in the state, as every unmapped column is"


def test_no_finding_quotes_an_answer_a_name_or_a_department():
    answers = frame()
    answers.loc[0, "comment"] = "山田課長が反対する 090-1234-5678"
    answers.loc[1, ITEMS] = 1.0
    findings = found(answers, pd.DataFrame({"氏名": ["山田太郎"] * 12}))
    assert {f.rule for f in findings} == {"survey_comment_names", "survey_one_answer", "survey_names"}
    for f in findings:
        assert "山田" not in f.message and "090" not in f.message and f.department == ""


def test_nothing_is_lost():
    answers = frame()
    answers.loc[5, ITEMS] = 3.0
    answers.loc[4, ITEMS] = answers.loc[2, ITEMS].to_numpy()
    state = dx.from_tables(survey=answers)
    check_answers(state.survey, state.settings)
    assert len(state.survey) == 12
    assert dx.profile_skills(state).measure("response", "city")["respondents"].iloc[0] == 12


def test_two_sheets_that_each_number_from_one_hold_different_people():
    answers = frame(20).assign(department="市民課", respondent_id=[str(n % 10) for n in range(20)])
    answers["source_sheet"] = ["窓口係"] * 10 + ["記録係"] * 10
    assert found(answers) == []
    assert count(answers) == 20
    # One sheet sent again, with one answer corrected, holds the same people.
    answers.loc[10:, ITEMS] = answers.loc[:9, ITEMS].to_numpy()
    answers.loc[15, "q01"] = 6 - answers.loc[15, "q01"]
    assert {f.rule for f in found(answers)} == {"survey_twice"}
    assert count(answers) == 10


def count(answers):
    return dx.profile_skills(dx.from_tables(survey=answers)).measure("response", "city")["respondents"].iloc[0]
