"""A folder as departments send it becomes canonical tables."""

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.intake.accounting import as_json


@pytest.fixture
def folder(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "業務一覧"
    sheet["A1"] = "令和6年度 業務棚卸票"
    sheet["F1"] = "（単位：千円）"
    for column, name in enumerate(
        ["No", "課名", "業務名", "年間処理\n件数", "業務量（人日）", None, "押印", "事業費"], 1
    ):
        sheet.cell(3, column, name)
    sheet["E4"], sheet["F4"] = "正規", "会計年度"
    for area in ("A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:G4", "H3:H4"):
        sheet.merge_cells(area)
    rows = [
        [1, "市民課", "住民票の写しの交付", "約１，２００件", 3, "2人日", "○", "120万円"],
        [2, "〃", "印鑑登録", "30～40", 1.5, None, "×", 800],
        ["小計", None, None, 1235, 4.5, 2, None, 2000],
        [3, "税務課", "課税証明の交付", 500, 2, None, "△", None],
        ["※ 件数は令和5年度の実績", None, None, None, None, None, None, None],
    ]
    for r, row in enumerate(rows, 5):
        for c, value in enumerate(row, 1):
            sheet.cell(r, c, value)
    book.save(tmp_path / "市民部.xlsx")
    (tmp_path / "組織.csv").write_bytes(
        "所属コード,部局名,課名,職員数\r\n0101,市民部,市民課,１２人\r\n0102,市民部,税務課,15\r\n".encode("cp932")
    )
    return tmp_path


def test_a_folder_becomes_tables(folder):
    state = dx.read(folder)
    assert list(state.businesses["business"]) == ["住民票の写しの交付", "印鑑登録", "課税証明の交付"]
    assert list(state.businesses["department"]) == ["市民課", "市民課", "税務課"]
    assert list(state.businesses["annual_cases"]) == [1200, 35, 500]
    assert list(state.businesses["regular_staff_hours"]) == [23.25, 11.625, 15.5]
    assert state.businesses["fixed_term_staff_hours"][0] == 15.5
    assert list(state.businesses["seal"]) == ["true", "false", "partial"]
    assert list(state.businesses["budget"])[:2] == [1200, 800]
    assert list(state.organization["headcount"]) == [12, 15]
    assert state.address("businesses", 0, "annual_cases") == "市民部.xlsx › 業務一覧!D5"


def test_every_row_is_accounted_for(folder):
    told = as_json(dx.read(folder))
    sheet = next(f for f in told["files"] if f["file"] == "市民部.xlsx")["sheets"][0]
    assert sheet["header_rows"] == [3, 4]
    assert sheet["rows"] == {"read": 5, "accepted": 3, "set_aside": 0, "ignored": 2}
    assert {"source": "業務量（人日）_正規", "column": "regular_staff_hours"} in sheet["columns"]


def test_what_a_person_should_look_at_is_found_at_its_cell(folder):
    found = dx.read(folder).findings
    at = {(f.rule, f.cell) for f in found.itertuples()}
    assert {("approximate", "D5"), ("range", "D6"), ("ditto_filled", "B6"), ("row_total", "A7")} <= at
