"""The blank workbooks come back as they went out: every column known, no finding, every answer as it was given."""

import zipfile

import openpyxl
import pandas as pd
import pytest

from dxaudit.errors import DxauditError
from dxaudit.intake import read
from dxaudit.intake.readability import judge
from dxaudit.intake.templates import file_stem, write_templates
from dxaudit.state import TABLES, from_tables
from dxaudit.vocabulary import load


def filled_in(paths):
    """Every workbook with the rows of its own example on the sheet to fill in."""
    for path in paths:
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            if sheet.title.startswith("記入例_"):
                form = book[sheet.title.removeprefix("記入例_")]
                for row in sheet.iter_rows(min_row=2):
                    for cell in row:
                        if cell.value is not None:
                            form.cell(cell.row, cell.column, cell.value)
        book.save(path)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_filled_set_reads_back_without_a_finding_and_with_every_answer(lang, tmp_path):
    filled_in(write_templates(tmp_path, lang=lang))
    state = read(tmp_path)
    assert state.findings.empty, state.findings[["file", "sheet", "cell", "message"]].to_string()
    assert (
        state.columns["column"].notna().all()
        or set(state.columns.loc[state.columns["column"].isna(), "table"].dropna()) == set()
    )
    for table in ("businesses", "systems", "workflow", "organization", "survey"):
        frame = state.table(table)
        examples = load("templates")[table]["example"]
        assert len(frame) == len(examples)
        for row, answers in enumerate(examples):
            for column, value in answers.items():
                known = frame.loc[row, column]
                known = "、".join(known) if isinstance(known, tuple) else known
                assert known == value, (table, row, column)


def test_a_blank_set_reads_as_no_answers_and_no_finding(tmp_path):
    write_templates(tmp_path)
    state = read(tmp_path)
    assert state.findings.empty, state.findings[["file", "sheet", "cell", "message"]].to_string()
    assert all(len(state.table(table)) == 0 for table in TABLES if table != "governance")


def test_one_workbook_for_each_department_of_the_list_offers_only_itself(tmp_path):
    city = from_tables(
        organization=pd.DataFrame({"department": ["市民課", "消防局 総務課"], "bureau": ["市民部", "消防局"]})
    )
    written = write_templates(tmp_path, city)
    assert [path.name for path in written] == [
        "市民課_業務・システム棚卸.xlsx",
        "消防局 総務課_業務・システム棚卸.xlsx",
    ]
    form = openpyxl.load_workbook(written[1])["業務棚卸"]
    lists = [rule.formula1 for rule in form.data_validations.dataValidation if rule.type == "list"]
    assert '"消防局 総務課"' in lists and '"電子のみ,併存,紙のみ"' in lists


def test_an_example_of_other_work_is_not_shown_as_the_departments_own(tmp_path):
    city = from_tables(organization=pd.DataFrame({"department": ["上下水道課", "住民福祉課"]}))
    other, same = (openpyxl.load_workbook(path) for path in write_templates(tmp_path, city))
    for book, owner in ((other, "市民課"), (same, "住民福祉課")):
        sheet = book["記入例_業務棚卸"]
        at = [cell.value for cell in sheet[1]].index("所属")
        assert {row[at].value for row in sheet.iter_rows(min_row=2) if row[at].value} == {owner}
    said = ["\n".join(str(row[0].value) for row in book["記入要領"].iter_rows(max_row=12)) for book in (other, same)]
    assert "市民課の業務とシステムを書いた例です" in said[0] and "書いた例です" not in said[1]
    drawings = []
    for path in sorted(tmp_path.glob("*.xlsx")):
        with zipfile.ZipFile(path) as package:
            names = [name for name in package.namelist() if name.startswith("xl/drawings/drawing")]
            drawings.append("".join(package.read(name).decode() for name in names))
    assert [("市民課の業務" in drawing) for drawing in drawings] == [True, False]


def test_the_printed_form_has_rows_to_write_in(tmp_path):
    for path in write_templates(tmp_path):
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            if sheet.title.startswith(("記入例_", "記入要領")):
                continue
            ruled = [row for row in sheet.iter_rows(min_row=2) if all(cell.border.bottom.style for cell in row)]
            assert len(ruled) >= 20, (path.name, sheet.title)


def test_the_forms_keep_the_machine_readability_rules_themselves(tmp_path):
    written = write_templates(tmp_path)
    filled_in(written)
    for path in written:
        if path.stem == "職員スキル調査":
            continue  # Its headings are the questions themselves, sentences with commas.
        found = judge(path)
        forms = found[~found["sheet"].str.startswith(("記入例", "記入要領"))]
        broken = forms[forms["verdict"] == "ng"]
        # Lists of several departments stand in one cell (L1-07), as the inventory asks for them.
        assert set(broken["rule"]) <= {"L1-07"}, broken[["file", "sheet", "rule", "cells", "example"]].to_string()


def test_units_stand_in_the_headings_and_numbers_are_checked(tmp_path):
    form = openpyxl.load_workbook(write_templates(tmp_path)[0])["業務棚卸"]
    heads = [cell.value for cell in form[1]]
    assert "年間処理件数（件/年）" in heads and "1件当たり所要時間（分/件）" in heads and "事業費（千円/年）" in heads
    kinds = {rule.type for rule in form.data_validations.dataValidation}
    assert {"decimal", "date", "list"} <= kinds
    assert all(rule.promptTitle for rule in form.data_validations.dataValidation)


def test_every_column_that_an_indicator_needs_is_asked():
    asked = {f"{table}.{column}" for table in load("templates")["workbooks"]["inventory"]
             for column in load("templates")[table]["columns"]}  # fmt: skip
    needed = {name for entry in load("issues")["entries"].values() for name in entry.get("needs", ())}
    assert {name for name in needed if name.split(".")[0] in ("businesses", "systems", "workflow")} <= asked


@pytest.mark.parametrize("name", ["../../etc", "<script>", "CON", "a/b\\c:d", " . ", "x" * 300, "課\x00\n名"])
def test_a_department_named_like_a_path_writes_where_it_was_told(name, tmp_path):
    stem = file_stem(name)
    assert 0 < len(stem) <= 80 and not set('/\\:*?"<>|\x00\n') & set(stem) and not stem.startswith(".")
    city = from_tables(organization=pd.DataFrame({"department": [name, name.swapcase() or "b"]}))
    written = write_templates(tmp_path / "様式", city)
    assert all(path.parent == tmp_path / "様式" and path.is_file() for path in written)
    assert len({path.name.casefold() for path in written}) == len(written)


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "様式").write_text("ファイル", encoding="utf-8")
    with pytest.raises(DxauditError):
        write_templates(tmp_path / "様式")
