"""Every scored machine-readability rule: one table that keeps it, one that breaks it (samples of our own)."""

import datetime as dt

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font, PatternFill

from dxaudit.intake.readability import judge, scores
from dxaudit.vocabulary import load

GOOD = [["番号", "課名", "年間件数（件）"], ["G01", "市民課", 1200], ["G02", "税務課", 800], ["G03", "道路課", 35]]


def rows(*changes, base=GOOD):
    """The good table with some cells changed: (row, column, value), 1-based."""
    table = [list(row) for row in base]
    for row, column, value in changes:
        table[row - 1][column - 1] = value
    return table


def book(table, dress=None):
    def write(folder):
        made = openpyxl.Workbook()
        sheet = made.active
        for r, row in enumerate(table, 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    sheet.cell(r, c, value)
        if dress:
            dress(sheet)
        made.save(folder / "表.xlsx")
        return folder / "表.xlsx"

    return write


def text(content, encoding="utf-8", name="表.csv"):
    def write(folder):
        (folder / name).write_bytes(content.encode(encoding))
        return folder / name

    return write


def drawn(place):
    def write(folder):
        made = xlsxwriter.Workbook(str(folder / "表.xlsx"))
        sheet = made.add_worksheet()
        for r, row in enumerate(GOOD):
            sheet.write_row(r, 0, row)
        sheet.insert_textbox(place, "確認中", {"width": 60, "height": 20})
        made.close()
        return folder / "表.xlsx"

    return write


def old_book(folder):
    # The signature of an OLE file is what tells a .xls; it need not open to be judged by its form.
    (folder / "表.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") + b"\0" * 512)
    return folder / "表.xls"


def years(header_now):
    def write(folder):
        for year, header in (("令和5年度", GOOD[0]), ("令和6年度", header_now)):
            book([header, *GOOD[1:]])(folder).rename(folder / f"調査_{year}.xlsx")
        return folder

    return write


def fills(*colours):
    def dress(sheet):
        for row, colour in enumerate(colours, 2):
            sheet.cell(row, 2).fill = PatternFill("solid", fgColor=colour)

    return dress


ANSWERS = ["実施済み", "検討中", "未実施"]
MANY = [["番号", "回答"], *[[f"Q{i:02d}", ANSWERS[i % 3]] for i in range(24)]]
DETAIL = [["番号", "回答"], *[[f"Q{i:02d}", "その他" if i % 8 == 5 else ANSWERS[i % 3]] for i in range(24)]]

EXAMPLES = {
    "L1-01": (book(GOOD), old_book),
    "L1-02": (book(GOOD), book([*GOOD, [None] * 3, ["様式", "部数（部）"], ["様式1", 20], ["様式2", 5]])),
    "L1-03": (book(GOOD), book([*GOOD[:3], [None] * 3, *GOOD[3:]])),
    "L1-04": (book(GOOD), book([*GOOD, ["※令和6年度の数", None, None]])),
    "L1-05": (book(GOOD), book(rows((1, 2, None)))),
    "L1-06": (book(GOOD), book(rows((2, 2, "市　民　課")))),
    "L1-07": (book(GOOD), book(rows((2, 2, "市民課、税務課、道路課")))),
    "L1-08": (text("番号,会社\r\nG1,㈱あおば\r\nG2,丙\r\n"), text("番号,会社\r\nG1,㈱あおば\r\nG2,丙\r\n", "cp932")),
    "L1-10": (drawn("H2"), drawn("B2")),
    "L1-11": (book(GOOD, fills("FFEEEEEE", "FFEEEEEE", "FFEEEEEE")), book(GOOD, fills("FFFF0000", "FF00FF00"))),
    "L1-12": (book(GOOD), book(rows((4, 2, None)), lambda sheet: sheet.merge_cells("B3:B4"))),
    "L1-13": (book(GOOD), book(GOOD, lambda sheet: sheet.row_dimensions.__getitem__(3).__setattr__("hidden", True))),
    "L1-14": (text("番号,備考\r\n1,あり\r\n2,なし\r\n"), text('番号,備考\r\n1,"あり\r\n（一部）"\r\n2,なし\r\n')),
    "L1-15": (text('番号,備考\r\n1,"税,国保"\r\n2,なし\r\n'), text("番号,備考\r\n1,税,国保\r\n2,なし\r\n")),
    "L2-01": (book(GOOD), book(rows((2, 3, "約1,200件")))),
    "L2-02": (book(GOOD), book(rows((3, 2, "〃")))),
    "L2-03": (book(GOOD), book(rows((1, 2, "番号")))),
    "L2-04": (book(MANY), book(rows((3, 2, "検討中（来年度）"), (6, 2, "検討中である"), base=MANY))),
    "L2-05": (book(DETAIL), book(rows((7, 2, "その他（国の様式による）"), base=DETAIL))),
    "L2-06": (book(GOOD), book(rows((4, 3, "=C2+C3")))),
    "L3-01": (book(GOOD), book([["業務一覧", None, None], *GOOD])),
    "L3-04": (book(GOOD), book(rows((1, 3, "規模")))),
    "L3-05": (
        book([["番号", "開始年月日"], ["1", dt.date(2024, 4, 1)], ["2", dt.date(2024, 5, 1)]]),
        book([["番号", "開始年月日"], ["1", "令和6年4月1日"], ["2", "令和6年5月1日"]]),
    ),
    "L3-06": (
        book([["都道府県", "団体数（団体）"], ["青森県", 40], ["秋田県", 25]]),
        book([["都道府県", "団体数（団体）"], ["青森", 40], ["秋田", 25]]),
    ),
    "L3-07": (years(GOOD[0]), years(["No", "所属", "処理件数（件）"])),
    "L3-09": (book(GOOD), book([["課名", *(f"{year}年度" for year in (2022, 2023, 2024))], ["市民課", 5, 6, 700]])),
}  # fmt: skip


def verdicts(frame, rule):
    return set(frame.loc[frame["rule"] == rule, "verdict"])


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_table_that_keeps_the_rule_passes_it(rule, tmp_path):
    found = verdicts(judge(EXAMPLES[rule][0](tmp_path)), rule)
    assert "ok" in found and "ng" not in found


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_table_that_breaks_the_rule_is_told_where(rule, tmp_path):
    frame = judge(EXAMPLES[rule][1](tmp_path))
    broken = frame[(frame["rule"] == rule) & (frame["verdict"] == "ng")]
    assert len(broken) and (broken["count"] > 0).all() and (broken["cells"] != "").all()


def broken(table, rule, folder):
    frame = judge(book(table)(folder))
    return " ".join(frame.loc[(frame["rule"] == rule) & (frame["verdict"] == "ng"), "cells"])


@pytest.mark.parametrize(
    ("written", "several"),
    [
        ("ワンストップ特例の紙申請が1,800件", False),
        ("R6は1,200件、R7は12,500件", False),
        ("1188389, 391445（355943）", True),
        ("総務課, 財政課", True),
        ("3,6,9,12月", True),
    ],
)
def test_a_comma_inside_a_figure_divides_no_data(written, several, tmp_path):
    assert broken(rows((2, 2, written)), "L1-07", tmp_path) == ("B2" if several else "")


def test_totals_and_samples_are_against_no_rule_on_what_records_hold(tmp_path):
    header = ["課名", "業務名", "年間件数（件）", "開始年月"]
    table = [
        header,
        ["市民課", "転入届", 310, "2020/4"],
        ["市民課", "証明", 2200, "2020/4"],
        [None, "小　計", "2,510件", None],
        ["税務課", "賦課", "約520", "2021/4"],
        ["税務課", "収納", 880, "2021-04"],
        ["記入例", None, "４回", "令和6年4月"],
    ]
    assert broken(table, "L2-02", tmp_path) == ""
    assert broken(table, "L2-01", tmp_path) == "C5"
    # Of two forms of time the rarer one is told, at its cells.
    assert broken(table, "L3-05", tmp_path) == "D6"
    assert "A7" in broken(table, "L1-04", tmp_path)


def test_every_scored_rule_has_its_examples():
    assert set(EXAMPLES) == {rule for rule, entry in load("readability")["rules"].items() if entry["scored"]}


def test_a_clean_table_has_full_marks_at_every_level(tmp_path):
    found = scores(judge(EXAMPLES["L1-03"][0](tmp_path)))
    assert found["score"].tolist() == [100.0] * 9  # table, sheet and file, three levels each


def test_level_score_is_a_hundred_less_the_deductions_and_nothing_after_a_fatal_failure(tmp_path):
    """Worked by hand: L1-06 (10) and L1-04 (5) at level 1; a ditto mark (FATAL) at level 2; L3-01 (FATAL) and L3-04."""
    table = [["業務一覧", None, None], *rows((1, 3, "規模"), (2, 2, "市　民　課"), (3, 2, "〃"))]
    found = scores(judge(book(table)(tmp_path)))
    whole = found[found["sheet"].isna()].set_index("level")
    assert whole["score"].to_dict() == {1: 85.0, 2: 0.0, 3: 0.0}
    assert whole.loc[2, "failed"] == 1


def test_two_tables_lose_points_each(tmp_path):
    made = openpyxl.Workbook()
    for name in ("一", "二"):
        sheet = made.create_sheet(name)
        for row in rows((2, 2, "市　民　課")):
            sheet.append(row)
    del made["Sheet"]
    made.save(tmp_path / "二枚.xlsx")
    found = scores(judge(tmp_path / "二枚.xlsx")).query("level == 1")
    assert found[found["sheet"].isna()]["score"].tolist() == [80.0]
    assert found[found["sheet"].notna() & found["block"].isna()]["score"].tolist() == [90.0, 90.0]


def test_rules_that_could_not_be_judged_are_left_out_and_no_rule_means_no_score(tmp_path):
    (tmp_path / "文書.pdf").write_bytes(b"%PDF-1.4 ...")
    frame = judge(tmp_path)
    assert verdicts(frame, "L1-01") == {"ng"} and verdicts(frame, "L2-01") == {"na"}
    found = scores(frame)
    whole = found[found["sheet"].isna()].set_index("level")
    assert whole.loc[1, "score"] == 0 and whole.loc[[2, 3], "score"].isna().all()


def test_excel_rules_are_not_judged_on_csv_nor_csv_rules_on_excel(tmp_path):
    frame = judge(EXAMPLES["L1-15"][0](tmp_path))
    assert all(verdicts(frame, rule) == {"na"} for rule in ("L1-10", "L1-11", "L1-12", "L1-13", "L2-06"))
    frame = judge(book(GOOD)(tmp_path))
    assert all(verdicts(frame, rule) == {"na"} for rule in ("L1-14", "L1-15"))


def test_headers_of_two_rows_pass_level_one_and_fail_level_two(tmp_path):
    table = [
        ["課名", "業務量", None],
        [None, "正規（時間）", "会計年度（時間）"],
        ["市民課", 120, 400],
        ["税務課", 80, 90],
    ]
    frame = judge(book(table, lambda s: (s.merge_cells("A1:A2"), s.merge_cells("B1:C1")))(tmp_path))
    assert verdicts(frame, "L1-05") == {"ok"} and verdicts(frame, "L1-12") == {"ok"}
    assert verdicts(frame, "L2-03") == {"ng"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        ",,,\r\n,,,\r\n",
        "一つだけ\r\n",
        "a,b\r\n",
        '"閉じない,1\r\n2,3\r\n',
        "\x00\x00,\x00\r\n1,2\r\n",
        "=HYPERLINK(1),<script>\r\n1,2\r\n",
    ],
)
def test_odd_files_are_judged_without_an_exception(content, tmp_path):
    frame = judge(text(content)(tmp_path))
    assert set(frame["verdict"]) <= {"ok", "ng", "na"}


def test_bold_only_in_the_header_is_no_meaning_in_the_format(tmp_path):
    def bold(sheet):
        for cell in sheet[1]:
            cell.font = Font(bold=True)

    assert verdicts(judge(book(GOOD, bold)(tmp_path)), "L1-11") == {"ok"}
