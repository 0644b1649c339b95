"""Whose a row is where its cell names a section, or nothing: the organisation list or the place says it."""

import csv

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.intake.owners import units_in

LIST = [["課名", "職員数"], ["総務課", 8], ["税務課", 8], ["住民福祉課", 12]]
WITH_SECTIONS = [
    ["課", "係", "職員数"],
    ["総務課", "庶務係", 4], ["総務課", "防災係", 3], ["税務課", "課税係", 5], ["税務課", "庶務係", 1],
    ["住民福祉課", "福祉係", 6],
]  # fmt: skip
TAXES = [["係", "業務名", "年間業務時間(時間)"], ["課税係", "住民税の課税", 500], ["収納係", "口座振替", 100]]


@pytest.fixture
def read(tmp_path):
    def town(organization=None, **sheets):
        """One csv for the list; ``file__sheet`` a workbook, ``file`` alone a csv."""
        if organization:
            _csv(tmp_path / "組織一覧.csv", organization)
        for name, rows in sheets.items():
            file, _, sheet = name.partition("__")
            if not sheet:
                _csv(tmp_path / f"{file}.csv", rows)
                continue
            book = openpyxl.Workbook()
            book.active.title = sheet
            for row in rows:
                book.active.append(row)
            book.save(tmp_path / f"{file}.xlsx")
        return dx.read(tmp_path)

    return town


def _csv(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)


def rules(state):
    return set(state.findings.loc[state.findings["severity"] != "info", "rule"])


@pytest.mark.parametrize("listed", [LIST, None])
@pytest.mark.parametrize(
    "place",
    [
        {"税務課_業務棚卸": TAXES},
        {"03税務課": TAXES},
        {"回答__税務課": TAXES},
        {"回答__Sheet1": [["業務棚卸調査票"], ["課名：税務課"], *TAXES]},
        {"回答__Sheet1": [["業務棚卸調査票（税務課）"], [], *TAXES]},
    ],
)
def test_a_section_belongs_to_the_department_that_the_place_names(read, listed, place):
    state = read(listed, **place)
    assert list(state.businesses["department"]) == ["税務課"] * 2
    assert list(state.businesses["department_written"]) == ["課税係", "収納係"]
    assert set(state.departments()) == ({"税務課"} if listed is None else {"総務課", "税務課", "住民福祉課"})
    told = state.findings[state.findings["rule"] == "department_section"]
    assert len(told) == 2 and "税務課" in told["message"].iloc[0] and "課税係" in told["message"].iloc[0]
    assert "department_unknown" not in rules(state)


def test_sections_of_the_organisation_list_are_known_wherever_they_stand(read):
    state = read(
        WITH_SECTIONS, 業務=[["担当係", "業務名", "年間業務時間(時間)"], ["課税担当", "課税", 5], ["防災係", "無線", 6]]
    )
    assert list(state.businesses["department"]) == ["税務課", "総務課"]
    assert state.businesses["department_resolved"].all()


def test_a_section_that_two_departments_have_is_settled_by_the_place_or_asked(read):
    rows = [["係", "業務名", "年間業務時間(時間)"], ["庶務係", "文書の収受", 50]]
    asked = read(WITH_SECTIONS, 業務=rows)
    assert list(asked.businesses["department"]) == ["庶務係"]
    assert "department_ambiguous" in rules(asked)
    settled = read(WITH_SECTIONS, 税務課=rows)
    by_file = settled.businesses.set_index("source_file")["department"]
    assert by_file["税務課.csv"] == "税務課"


def test_the_keeper_of_a_list_for_all_does_not_own_its_open_rows(read):
    rows = [
        ["所管課", "システム名", "年間経費（千円）"],
        ["税務課", "町税システム", 9900], ["", "図書館システム", 1320], ["学校係", "校務支援", 2750],
    ]  # fmt: skip
    state = read(LIST, 総務課_システム台帳=rows)
    assert state.systems["owner_department"].fillna("").tolist() == ["税務課", "", "学校係"]
    assert {"department_missing", "department_unknown"} <= rules(state)


def test_a_second_table_of_a_sheet_has_the_department_of_the_title(read):
    rows = [
        ["住民福祉課　業務・システム調べ"], [],
        ["係名", "事務事業", "年間処理件数", "年間業務量(時間)"],
        ["戸籍係", "戸籍届出の受理", 310, 930], ["福祉係", "民生委員", 40, 250], [],
        ["■利用システム"],
        ["システム名", "用途", "導入業者", "年間費用（千円）"],
        ["戸籍総合システム", "戸籍・附票", "富士フイルム", 3600], ["障害者福祉システム", "障害福祉", "TKC", 660],
    ]  # fmt: skip
    state = read(LIST, 調査票__Sheet1=rows)
    assert list(state.businesses["department"]) == ["住民福祉課"] * 2
    assert list(state.systems["owner_department"]) == ["住民福祉課"] * 2
    assert list(state.systems["department_written"]) == ["住民福祉課"] * 2
    assert "department_missing" not in rules(state)


def test_the_sentence_says_which_place_was_used(read):
    state = read(None, **{"06_税務課__システム": [["システム名", "年間経費（千円）"], ["町税システム", 9900]]})
    told = state.findings.loc[state.findings["rule"] == "department_from_place", "message"].iloc[0]
    assert "ファイル名の「税務課」" in told and "06_" not in told
    assert list(state.systems["department_written"]) == ["税務課"]


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("04 住民福祉課 業務・システム調べ", ["住民福祉課"]),
        ("令和8年度税務課分", ["税務課"]),
        ("税務課業務棚卸", ["税務課"]),
        ("民生部市民課", ["市民課"]),
        ("DX・行革推進課", ["DX・行革推進課"]),
        ("01_総務課・企画財政課【回答】", ["総務課", "企画財政課"]),
        ("企画課照会_業務棚卸（税務課）", ["税務課"]),
        ("業務課題一覧", []),
        ("磯辺町役場 各課回答", []),
        ("図書館システム一覧", []),
        ("05_情報システム管理台帳（R8最新版）", []),
    ],
)
def test_departments_in_names_of_files_and_titles(written, names):
    assert units_in(written) == names
