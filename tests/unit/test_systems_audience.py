"""Duplication or overlap: whether the systems of one function are for the same people, and what the result says."""

import pandas as pd
import pytest

import dxaudit as dx


def related(*rows: dict):
    """Relation and evidence of the one group of one function that the rows make."""
    frame = pd.DataFrame([{"system_id": str(n), **row} for n, row in enumerate(rows, start=1)])
    groups = dx.map_systems(dx.from_tables(systems=frame)).overlaps()
    line = groups[groups["kind"] == "same_function"].iloc[0]
    return line["relation"], line["evidence"]


def booking(name, vendor, **more):
    return {"system": name, "vendor": vendor, "purpose": "施設の予約", **more}


OFFICE = booking("施設予約システム", "みなと", purpose="庁舎会議室・公用車の予約", user_departments=("全庁",))
HALLS = booking("公民館予約システム", "なみき", purpose="公民館・集会所の予約", owner_department="生涯学習課")
SPORTS = booking("体育施設予約「スポネット」", "日本データ", purpose="体育館の予約", owner_department="スポーツ課")
HOURS = {"system": "庶務管理", "purpose": "勤怠・休暇", "vendor": "NEC", "data_held": ("勤怠",)}
SHIFTS = {"system": "勤怠管理システム", "purpose": "看護師の勤務シフト", "vendor": "KING", "data_held": ("勤怠",)}


@pytest.mark.parametrize(
    ("one", "other", "people"),
    [
        (OFFICE, HALLS, ("職員: 施設予約システム", "住民: 公民館予約システム")),
        (
            {**HOURS, "user_departments": ("全庁",)},
            {**SHIFTS, "user_departments": ("病院事務局",)},
            ("職員: 庶務管理", "病院: 勤怠管理システム"),
        ),
    ],
)
def test_one_function_for_other_people_is_an_overlap_that_names_them(one, other, people):
    relation, evidence = related(one, other)
    assert relation == "overlap"
    assert all(part in evidence for part in people)


def test_two_systems_for_residents_duplicate_each_other_whoever_runs_them():
    relation, evidence = related(HALLS, SPORTS)
    assert relation == "duplication" and "住民向け" in evidence


def test_a_group_that_holds_both_says_who_stands_apart():
    relation, evidence = related(OFFICE, HALLS, SPORTS)
    assert relation == "duplication"
    assert "職員: 施設予約システム" in evidence and "住民: 公民館予約システム、体育施設予約「スポネット」" in evidence


@pytest.mark.parametrize(
    ("users", "relation", "words"),
    [
        ((("税務課", "住民課"), ("税務課",)), "duplication", "利用者が同じものがあります（税務課）"),
        ((("全庁",), ("税務課",)), "duplication", "全庁で使うもの"),
        ((("全庁",), ("全課",)), "duplication", "全庁で使うもの"),
        ((("税務課",), ("水道課",)), "overlap", "利用課は重なりません"),
        ((None, None), "overlap", "同じ利用者のためかどうかは分かりません"),
        ((("税務課",), None), "overlap", "同じ利用者のためかどうかは分かりません"),
    ],
)
def test_users_that_are_written_decide_and_their_lack_is_said(users, relation, words):
    rows = [
        booking("施設予約システム", "みなと", user_departments=users[0]),
        booking("予約「あきナビ」", "なみき", user_departments=users[1]),
    ]
    found, evidence = related(*rows)
    assert found == relation and words in evidence


def test_the_same_data_in_two_departments_is_a_duplication():
    held = ("要支援者",)
    rows = [
        {"system": "要支援者台帳", "vendor": "自作", "owner_department": "福祉課", "data_held": held},
        {"system": "避難行動要支援者システム", "vendor": "日立", "owner_department": "危機管理課", "data_held": held},
    ]
    relation, evidence = related(*rows)
    assert relation == "duplication" and "（要支援者）" in evidence
