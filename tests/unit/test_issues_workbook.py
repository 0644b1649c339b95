"""The register as a workbook that people work on: what they wrote survives every re-run."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

import dxaudit as dx
from dxaudit.decisions import Decision
from dxaudit.issues.workbook import as_csv, table

NAMES = ["市民課", "税務課"]


def state(names=tuple(NAMES), **more) -> dx.CurrentState:
    rows = [
        dict(department=n, business=f"業務{i}", medium=("paper", "digital")[i % 2], annual_hours=10.0 * (i + 1),
             manual="false", approval="paper")
        for n in names
        for i in range(3)
    ]  # fmt: skip
    made = dx.from_tables(dx.Settings(municipality="汐凪市 & 港", **more), businesses=pd.DataFrame(rows))
    return made


def written(path, made=None, lang="ja"):
    dx.assess(made or state()).write(path, lang=lang)
    return openpyxl.load_workbook(path)


def sheet_of(path):
    sheet = openpyxl.load_workbook(path).worksheets[0]
    head = [c.value for c in sheet[1]]
    lines = [dict(zip(head, (c.value for c in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    return sheet, head, lines


def line(lines, code, department):
    return next(x for x in lines if x["コード"] == code and x["所属"] == department)


def enter(path, code, department, entries):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = [c.value for c in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[head.index("コード")].value == code and row[head.index("所属")].value == department:
            for name, value in entries.items():
                row[head.index(name)].value = value
    book.save(path)


def test_the_sheet_is_ready_to_work_on(tmp_path):
    path = tmp_path / "課題一覧表.xlsx"
    sheet = written(path).worksheets[0]
    assert sheet.freeze_panes == "F2" and sheet.auto_filter.ref.startswith("A1:")
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 8)
    assert sheet.print_title_rows == "$1:$1" and sheet.sheet_properties.pageSetUpPr.fitToPage
    lists = {str(r.sqref): r for r in sheet.data_validations.dataValidation}
    assert any(r.formula1 and "対応中" in r.formula1 for r in lists.values())
    assert any(r.type == "date" for r in lists.values())
    assert all(sheet.column_dimensions[c].width > 4 for c in ("A", "D", "F"))


def test_csv_and_workbook_show_the_same(tmp_path):
    path = tmp_path / "a.xlsx"
    register = dx.assess(state())
    register.write(path)
    _, head, lines = sheet_of(path)
    shown = table(register)
    rows = list(csv.DictReader(io.StringIO(as_csv(register))))
    assert len(rows) == len(shown) == len(lines) and set(rows[0]) < set(head)
    for ours, theirs in zip(rows, lines, strict=True):
        for name, cell in ours.items():
            value = theirs[name]
            if isinstance(value, float | int):
                assert float(cell) == pytest.approx(value, rel=1e-12), name
            else:
                assert cell == (value or ""), name


def test_entries_survive_a_run_in_which_figures_moved(tmp_path):
    path = tmp_path / "a.xlsx"
    written(path)
    enter(
        path,
        "G01",
        "市民課",
        {"状況": "対応中", "期限": dt.datetime(2027, 3, 31), "備考": "=SUM(A1) ではない", "容易性": 4},
    )
    changed = state()
    dx.assess(changed.replace(businesses=changed.businesses.assign(medium="paper"))).write(path)
    _, _, lines = sheet_of(path)
    found = line(lines, "G01", "市民課")
    assert found["値"] == 100 and found["状況"] == "対応中" and found["容易性"] == 4
    assert found["期限"] == dt.datetime(2027, 3, 31) and found["備考"] == "=SUM(A1) ではない"
    assert line(lines, "G01", "税務課")["状況"] is None


def test_entries_of_a_vanished_issue_are_kept_and_return_with_it(tmp_path):
    path = tmp_path / "a.xlsx"
    written(path)
    enter(path, "G01", "税務課", {"状況": "完了", "備考": "済んだ"})
    written(path, state(names=("市民課",)))
    book = openpyxl.load_workbook(path)
    former = book["対象外となった記入"]
    kept = [c.value for c in former[2]]
    assert kept[:2] == ["G01", "税務課"] and "完了" in kept and "済んだ" in kept
    written(path, state(names=("市民課",)))
    written(path)
    _, _, lines = sheet_of(path)
    assert line(lines, "G01", "税務課")["備考"] == "済んだ"
    assert "対象外となった記入" not in openpyxl.load_workbook(path).sheetnames


def test_columns_comments_and_sheets_of_their_own_are_kept(tmp_path):
    path = tmp_path / "a.xlsx"
    written(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = [c.value for c in sheet[1]]
    sheet.cell(1, len(head) + 1).value = "市長コメント"
    sheet.cell(2, len(head) + 1).value = "急ぐ"
    sheet.cell(3, head.index("備考") + 1).comment = Comment("会議で確認", "課長")
    code, department = head.index("コード") + 1, head.index("所属") + 1
    where = [(sheet.cell(r, code).value, sheet.cell(r, department).value) for r in (2, 3)]
    book.create_sheet("会議メモ").append(["4月3日", 12.5, "=A1"])
    book.save(path)
    for _ in range(2):
        written(path)
    sheet, head, lines = sheet_of(path)
    assert line(lines, *where[0])["市長コメント"] == "急ぐ"
    comments = [c.comment.text for row in sheet.iter_rows() for c in row if c.comment]
    assert comments == ["会議で確認"]
    assert [c.value for c in openpyxl.load_workbook(path)["会議メモ"][1]] == ["4月3日", 12.5, "=A1"]


def test_a_workbook_in_another_language_takes_over_the_entries(tmp_path):
    path = tmp_path / "a.xlsx"
    written(path)
    enter(path, "G01", "全庁", {"状況": "対応中", "緊急度": "高", "主管課・担当": "市民課 佐藤"})
    book = written(path, lang="en")
    head = [c.value for c in book.worksheets[0][1]]
    first = next(r for r in book.worksheets[0].iter_rows(min_row=2) if r[head.index("Code")].value == "G01")
    found = dict(zip(head, (c.value for c in first), strict=True))
    assert (found["Department"], found["Status"], found["Urgency"]) == ("Whole city", "Under way", "High")
    assert found["Owner"] == "市民課 佐藤"
    written(path)
    assert line(sheet_of(path)[2], "G01", "全庁")["状況"] == "対応中"


def test_an_accepted_risk_shows_as_such_until_people_say_otherwise(tmp_path):
    path = tmp_path / "a.xlsx"
    risk = Decision("accept_risk", "部長", "統合まで待つ", {"code": "O02", "department": "市民課"})
    dx.assess(state().replace(decisions=(risk,))).write(path)
    found = line(sheet_of(path)[2], "O02", "市民課")
    assert found["状況"] == "許容" and "部長" in found["備考"] and found["値"] == 100
    enter(path, "O02", "市民課", {"状況": "対応中"})
    dx.assess(state().replace(decisions=(risk,))).write(path)
    assert line(sheet_of(path)[2], "O02", "市民課")["状況"] == "対応中"


def test_nothing_from_the_files_becomes_a_formula_or_a_link(tmp_path):
    path = tmp_path / "a.xlsx"
    evil = ('=HYPERLINK("x","y")', "+cmd|' /C calc'!A0")
    dx.assess(state(names=evil)).write(path)
    with zipfile.ZipFile(path) as parts:
        sheets = "".join(parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/"))
    assert "<f>" not in sheets and "<hyperlink" not in sheets
    rows = list(csv.reader(io.StringIO(as_csv(dx.assess(state(names=evil))))))
    assert not any(cell[:1] in "=+@" and cell for row in rows for cell in row)


@pytest.mark.parametrize("content", [b"no workbook", None])
def test_a_file_that_is_none_of_ours_is_never_written_over(tmp_path, content):
    path = tmp_path / "大事.xlsx"
    if content is None:
        other = openpyxl.Workbook()
        other.active.append(["予算", 1])
        other.save(path)
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(dx.DxauditError) as caught:
        dx.assess(state()).write(path)
    assert path.read_bytes() == before and "大事.xlsx" in str(caught.value) and len(list(tmp_path.iterdir())) == 1


def test_other_formats_are_refused_in_one_line(tmp_path):
    with pytest.raises(dx.DxauditError, match=r"\.pdf"):
        dx.assess(state()).write(tmp_path / "a.pdf")


def test_settings_that_were_changed_are_printed(tmp_path):
    path = tmp_path / "a.xlsx"
    book = written(path, state(issues={"G01": {"warn": 33}}))
    words = [c.value for row in book["基準と重み"].iter_rows() for c in row]
    assert "issues.G01.warn" in words and "33" in words
    plain = written(tmp_path / "b.xlsx")
    assert "既定のまま(変更なし)" in [c.value for row in plain["基準と重み"].iter_rows() for c in row]
