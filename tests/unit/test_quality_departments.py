"""Written department names find their unit, or say that they do not."""

import numpy as np
import pandas as pd
import pytest

from dxaudit.intake.departments import resolve
from dxaudit.settings import Settings
from dxaudit.state import TABLES, from_tables

ORGANIZATION = pd.DataFrame(
    {
        "department_code": ["0101", "0102", "0103", "0201", "0202", "0301", "0302", "0401"],
        "bureau": ["総務部", "総務部", "総務部", "市民部", "市民部", "消防局", "消防局", "福祉部"],
        "department": [
            "総務課", "人事課", "情報政策課", "市民課", "国民健康保険課", "総務課", "警防課", "障がい福祉課",
        ],
        "predecessor": [
            np.nan, np.nan, ("IT推進室", "広報情報課"), ("住民課",), np.nan, np.nan, np.nan, ("広報情報課",),
        ],
    }
)  # fmt: skip


def resolved(written, settings=None, organization=ORGANIZATION, **columns):
    businesses = pd.DataFrame({"department": [written], "business": ["業務"], **{k: [v] for k, v in columns.items()}})
    given = {} if organization is None else {"organization": organization}
    state = from_tables(businesses=businesses, **given)
    tables, findings = resolve({name: state.table(name) for name in TABLES}, settings or Settings())
    return tables["businesses"].iloc[0], findings


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("市民課", "市民課"),
        ("市　民　課", "市民課"),
        ("市民部　市民課", "市民課"),
        ("市民部市民課", "市民課"),
        ("市民課住民記録係", "市民課"),
        ("市民部 市民課 窓口担当", "市民課"),
        ("市民課（窓口）", "市民課"),
        ("市民", "市民課"),
        ("国保課", "国民健康保険課"),
        ("障害福祉課", "障がい福祉課"),
        ("消防局総務課", "消防局 総務課"),
        ("総務部 総務", "総務部 総務課"),
        ("住民課", "市民課"),
        ("ＩＴ推進室", "情報政策課"),
        ("0201 市民課", "市民課"),
        ("201", "市民課"),
        ("情報政策課長", "情報政策課"),
    ],
)
def test_what_surrounds_or_shortens_a_name_does_not_hide_its_department(written, name):
    row, _ = resolved(written)
    assert row["department"] == name
    assert row["department_resolved"] is True
    assert row["department_written"] == written


@pytest.mark.parametrize("written", ["税務課", "市民税課", "福祉部総務課", "シミン課", "市民化", "総務税務"])
def test_a_name_that_is_no_department_is_listed_with_the_nearest_and_kept(written):
    row, findings = resolved(written)
    assert row["department"] == written
    assert row["department_resolved"] is False
    finding = findings.iloc[0]
    assert (finding["rule"], finding["severity"]) == ("department_unknown", "warning")
    assert written in finding["message"] and (finding["row"], finding["column"]) == (2, "department")


def test_one_name_in_two_bureaus_needs_the_bureau():
    row, findings = resolved("総務課")
    assert row["department_resolved"] is False
    assert "総務部 総務課" in findings.iloc[0]["message"] and "消防局 総務課" in findings.iloc[0]["message"]
    assert resolved("総務課", bureau="消防局")[0]["department"] == "消防局 総務課"
    assert resolved("総務課", department_code="301")[0]["department"] == "消防局 総務課"


def test_a_divided_predecessor_is_a_question_not_a_guess():
    row, findings = resolved("広報情報課")
    assert row["department"] == "広報情報課"
    assert findings.iloc[0]["rule"] == "department_split"
    assert resolved("広報情報課", bureau="福祉部")[0]["department"] == "障がい福祉課"


def test_the_code_is_evidence_and_a_contradiction_is_said():
    row, findings = resolved("住民サービス窓口", department_code="201")
    assert row["department"] == "市民課" and findings.iloc[0]["rule"] == "department_read_as"
    row, findings = resolved("人事課", department_code="0201")
    assert row["department"] == "人事課" and findings.iloc[0]["rule"] == "department_code_conflict"


def test_settings_go_before_everything():
    settings = Settings(departments={"税務課": "市民課", "市民課": "人事課"})
    assert resolved("税 務 課", settings)[0]["department"] == "市民課"
    assert resolved("市民課", settings)[0]["department"] == "人事課"


def test_of_several_departments_in_one_cell_the_first_owns_and_the_others_are_related():
    row, findings = resolved("市民課、人事課", related_departments=("警防課",))
    assert row["department"] == "市民課"
    assert row["related_departments"] == ("警防課", "人事課")
    assert "department_several" in set(findings["rule"])


def test_who_uses_a_system_is_resolved_and_everybody_stays_everybody():
    systems = pd.DataFrame(
        {"system": ["A"], "owner_department": ["人事"], "user_departments": [("全課", "市民部市民課", "謎課ほか")]}
    )
    state = from_tables(organization=ORGANIZATION, systems=systems)
    tables, findings = resolve({name: state.table(name) for name in TABLES}, Settings())
    assert tables["systems"].loc[0, "user_departments"] == ("全課", "市民課", "謎課")
    assert tables["systems"].loc[0, "owner_department"] == "人事課"
    assert {"department_unknown", "department_others"} <= set(findings["rule"])


def test_without_an_organisation_list_the_inventories_tell_the_organisation():
    written = [
        "総務部　総務課",
        "消防局　総務課",
        "総務部　人事課",
        "人事課",
        "人事課　給与係",
        "人事",
        "環境部　環境課　下水道課",
    ]
    businesses = pd.DataFrame({"department": written, "business": "業務"})
    state = from_tables(businesses=businesses)
    tables, findings = resolve({name: state.table(name) for name in TABLES}, Settings())
    assert tables["businesses"]["department"].tolist() == [
        "総務部 総務課", "消防局 総務課", "人事課", "人事課", "人事課", "人事課", "下水道課",
    ]  # fmt: skip
    # Divided by spaces alone, the last is the section in charge.
    assert tables["businesses"].loc[6, "related_departments"] == ("環境課",)
    assert tables["businesses"]["department_resolved"].isna().all()
    assert "organization_missing" in set(findings["rule"])


def test_nothing_is_changed_in_place_and_empty_tables_pass():
    state = from_tables(organization=ORGANIZATION, businesses=pd.DataFrame({"department": ["市 民 課"]}))
    given = {name: state.table(name) for name in TABLES}
    resolve(given, Settings())
    assert given["businesses"].loc[0, "department"] == "市 民 課"
    empty = from_tables()
    tables, findings = resolve({name: empty.table(name) for name in TABLES}, Settings())
    assert findings.empty and all(frame.empty for frame in tables.values())


@pytest.mark.parametrize("listed", [True, False])
def test_a_name_that_ends_like_another_stays_itself(listed):
    """福祉総務課 is not the 総務課 of 福祉部, listed or not."""
    names = pd.DataFrame({"bureau": ["総務部", "福祉部", "福祉部"], "department": ["総務課", "総務課", "福祉総務課"]})
    businesses = pd.DataFrame(
        {"bureau": "福祉部", "department": ["福祉総務課", "福祉部　福祉総務課"], "business": "業務"}
    )
    given = {"organization": names} if listed else {}
    if not listed:
        businesses = pd.concat([businesses, names.assign(business="業務")], ignore_index=True)
    state = from_tables(businesses=businesses, **given)
    tables, _ = resolve({name: state.table(name) for name in TABLES}, Settings())
    assert tables["businesses"]["department"][:2].tolist() == ["福祉総務課", "福祉総務課"]
    unlisted, findings = resolved("福祉総務課", organization=ORGANIZATION, bureau="福祉部")
    assert unlisted["department"] == "福祉総務課" and findings.iloc[0]["rule"] == "department_unknown"


def test_departments_divided_by_a_slash_are_told_apart_outside_brackets():
    """As 西宮市 publishes them: 「局　課（班・班）／課」."""
    written = [
        "政策局　政策推進課（施設・まちづくり）／都市計画課",
        "総務局　総務課（情報公開・公文書）／総務課",
        "消防局　総務課",
    ]
    state = from_tables(businesses=pd.DataFrame({"department": written, "business": "業務"}))
    tables, _ = resolve({name: state.table(name) for name in TABLES}, Settings())
    businesses = tables["businesses"]
    assert businesses["department"].tolist() == ["政策推進課", "総務局 総務課", "消防局 総務課"]
    assert businesses.loc[0, "related_departments"] == ("都市計画課",)
    assert not isinstance(businesses.loc[1, "related_departments"], tuple)


def test_of_several_departments_the_unknown_one_is_kept_and_listed():
    row, findings = resolved("人事課／謎課")
    assert row["department"] == "人事課" and row["related_departments"] == ("謎課",)
    assert {"department_several", "department_unknown"} <= set(findings["rule"])


def test_a_department_in_two_lists_is_said_since_its_headcounts_add_up():
    lists = pd.DataFrame({"department": ["市民課", "税務課", "市民課"], "headcount": [10, 5, 11],
                          "source_file": ["2023.xlsx", "2023.xlsx", "2024.xlsx"]})  # fmt: skip
    state = from_tables(organization=lists)
    _, findings = resolve({name: state.table(name) for name in TABLES}, Settings())
    assert findings["rule"].tolist() == ["department_listed_twice"]
    assert "市民課" in findings["message"].iloc[0] and findings["file"].iloc[0] == "2024.xlsx"
