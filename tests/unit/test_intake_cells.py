"""Single cells of a column: what each of them says, and which cell a finding points to."""

import csv

import openpyxl

import dxaudit as dx
from dxaudit.cli import main
from dxaudit.intake.templates import write_templates


def read(folder, header, *rows, name="情報システム一覧.csv"):
    with (folder / name).open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header, *rows])
    return dx.read(folder)


def found(state, rule):
    return state.findings[state.findings["rule"] == rule]


def written(values):
    return [v if isinstance(v, str) else None for v in values]


def test_every_cell_with_a_span_gives_both_ends_whatever_stands_in_the_others(tmp_path):
    periods = [
        "R3.10.1～R8.9.30",
        "単年度",
        "同上",
        "－",
        "2024/4/1-2027/3/31",
        "同上",
        "R5.4.1～",
        "～R9.3.31",
        "R6年度",
    ]
    state = read(
        tmp_path,
        ["課", "システム名", "契約期間"],
        *(["税務課", f"システム{i}", period] for i, period in enumerate(periods)),
    )
    systems = state.systems
    assert written(systems["contract_from"]) == [
        "2021-10-01", None, None, None, "2024-04-01", "2024-04-01", "2023-04-01", None, "FY2024",
    ]  # fmt: skip
    assert written(systems["contract_to"]) == [
        "2026-09-30", None, None, None, "2027-03-31", "2027-03-31", None, "2027-03-31", None,
    ]  # fmt: skip
    assert state.cell(systems.iloc[5], "contract_to") == "C7"
    assert list(found(state, "span_open")["cell"]) == ["C9"]
    unreadable = found(state, "unreadable_date")
    assert list(unreadable["cell"]) == ["C3", "C4"]
    assert "同上（＝単年度）" in unreadable["message"].iloc[1]


def test_half_a_span_that_cannot_be_read_is_said(tmp_path):
    state = read(
        tmp_path, ["課", "システム名", "契約期間"], ["税務課", "税", "R5.4.1～自動更新"], ["住民課", "住基", "R5.4.1"]
    )
    assert written(state.systems["contract_from"]) == ["2023-04-01", "2023-04-01"]
    assert list(found(state, "unreadable_date")["cell"]) == ["C2"]
    assert "契約満了" in found(state, "unreadable_date")["message"].item()


def test_a_span_in_one_of_two_columns_fills_the_other_only_where_it_is_empty(tmp_path):
    state = read(
        tmp_path,
        ["課", "システム名", "契約開始日", "契約満了日"],
        ["税務課", "税", "R5.4.1～R10.3.31", ""],
        ["住民課", "住基", "R5.4.1～R10.3.31", "R9.3.31"],
        ["総務課", "人事", "R5.4.1", "R8.3.31まで"],
    )
    assert written(state.systems["contract_to"]) == ["2028-03-31", "2027-03-31", "2026-03-31"]
    assert set(state.systems["contract_from"]) == {"2023-04-01"}


def test_yes_and_no_about_training_are_answers_and_not_remembering_is_none(tmp_path):
    answers = [
        "はい",
        "いいえ",
        "覚えていない",
        "よくわからない",
        "参加した",
        "参加しませんでした",
        "○",
        "×",
        "無回答",
        "2回",
    ]
    state = read(
        tmp_path,
        ["所属", "Q1", "Q2", "Q3", "この１年にDX関係の研修に出ましたか"],
        *(["総務課", "3", "2", "4", answer] for answer in answers),
        name="職員アンケート.csv",
    )
    assert written(state.survey["training"]) == [
        "once", "none", None, None, "once", "none", "once", "none", None, "twice_or_more",
    ]  # fmt: skip
    assert found(state, "unknown_category").empty


def book(folder, *rows, name="業務棚卸.xlsx"):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(folder / name)
    return dx.read(folder)


def test_a_formula_that_failed_is_told_at_its_cell_in_workbook_and_csv(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "c").mkdir()
    rows = [
        ["課名", "業務名", "年間処理件数"],
        ["市民課", "届出", "#REF!"],
        ["市民課", "証明", 120],
        ["市民課", "台帳", "#N/A"],
    ]
    for state in (book(tmp_path / "x", *rows), read(tmp_path / "c", *rows, name="業務棚卸.csv")):
        failed = found(state, "formula_failed")
        assert list(failed["cell"]) == ["C2", "C4"]
        assert "#REF!" in failed["message"].iloc[0]
        assert list(state.businesses["annual_cases"].isna()) == [True, False, True]
        assert found(state, "formula_without_value").empty


def test_findings_about_a_column_point_to_the_first_cell_concerned(tmp_path):
    state = book(
        tmp_path,
        ["システム名", "所管課", "利用者数"],
        *([f"システム{i}", "税務課", count] for i, count in enumerate([12, 30, "４０", "55", 8])),
        name="情報システム一覧.xlsx",
    )
    assert list(found(state, "number_as_text")["cell"]) == ["C4"]
    assert "(2か所)" in found(state, "number_as_text")["message"].item()


def test_fractions_and_yen_are_shown_where_they_stand(tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "s").mkdir()
    steps = book(
        tmp_path / "w",
        ["業務名", "手順番号", "作業内容", "担当者", "手戻り率"],
        *(["届出", i, f"作業{i}", "係員", rate] for i, rate in enumerate([1, 0, 0.25, 0.1])),
        name="業務フロー.xlsx",
    )
    assert list(found(steps, "fraction_as_percent")["cell"]) == ["E4"]
    costs = ["0", "－", "2,400,000", "3,600,000", "12,000,000"]
    state = read(
        tmp_path / "s",
        ["システム名", "所管課", "運用経費"],
        *([f"システム{i}", "税務課", cost] for i, cost in enumerate(costs)),
    )
    assert list(found(state, "looks_like_yen")["cell"]) == ["C5"]


def test_a_cell_in_yen_among_cells_that_name_another_unit_is_a_question(tmp_path):
    costs = ["1,200,000", "1.2百万円", "120万", "月額5万円", "年額 330,000円", "－"]
    state = read(
        tmp_path,
        ["課", "システム名", "経費（税込）"],
        *(["税務課", f"システム{i}", cost] for i, cost in enumerate(costs)),
    )
    assert list(found(state, "yen_among_thousands")["cell"]) == ["C2"]
    assert state.systems["annual_cost"].iloc[0] == 1_200_000


def test_a_cell_a_thousand_times_its_column_is_a_question_and_a_costly_system_is_none(tmp_path):
    costs = ["1,200", "880", "2,400", "3,600,000", "96,000", "150"]
    rows = [["税務課", f"システム{i}", cost] for i, cost in enumerate(costs)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    state = read(tmp_path / "a", ["課", "システム名", "年額（千円）"], *rows)
    assert list(found(state, "yen_among_thousands")["cell"]) == ["C5"]
    in_yen = read(tmp_path / "b", ["課", "システム名", "年額（円）"], *rows)
    assert found(in_yen, "yen_among_thousands").empty


def test_a_headcount_that_is_not_written_is_the_sum_of_its_parts(tmp_path):
    state = read(
        tmp_path,
        ["課名", "正規職員", "会計年度任用職員"],
        ["総務課", "8", "2"],
        ["税務課", "7", ""],
        ["会計課", "3", "0"],
        name="組織一覧.csv",
    )
    assert list(state.organization["headcount"].fillna(-1)) == [10, -1, 3]
    assert list(found(state, "headcount_added")["cell"]) == ["B2"]
    assert "2所属" in found(state, "headcount_added")["message"].item()


def test_a_written_headcount_stays(tmp_path):
    rows = [["総務課", "12", "8", "2"], ["税務課", "", "7", "1"]]
    state = read(tmp_path, ["課名", "職員数", "正規職員数", "会計年度任用職員数"], *rows, name="組織一覧.csv")
    assert list(state.organization["headcount"]) == [12, 8]


def test_the_same_sentence_many_times_is_one_line_and_every_cell_is_marked(tmp_path, capsys):
    folder = tmp_path / "提出"
    folder.mkdir()
    answers = ["はて", "はて", "はて", "はて", "ふむ", "ふむ", "○"]
    rows = [["市民課", f"業務{i}", 10 + i, answer] for i, answer in enumerate(answers)]
    state = book(folder, ["課名", "業務名", "年間処理件数", "押印"], *rows)
    assert len(found(state, "unreadable_answer")) == 6
    main(["check", str(folder), "--send-back", str(tmp_path / "返却")])
    printed = [line for line in capsys.readouterr().out.splitlines() if "判断できません" in line]
    assert ["D2 ほか3か所" in line for line in printed] == [True, False, False]
    page = next((tmp_path / "返却").glob("*確認結果.html")).read_text(encoding="utf-8")
    assert page.count("「はて」") == 1 and "D2 ほか3か所" in page
    marked = openpyxl.load_workbook(next((tmp_path / "返却").glob("*確認用.xlsx"))).worksheets[1]
    assert [marked[f"D{row}"].comment is not None for row in range(2, 9)] == [True] * 6 + [False]


def test_figures_in_sentences_are_rounded_and_values_are_not(tmp_path):
    rows = [["市民課", "届出", "1日3件", "約0.1人日", "-5"], ["市民課", "証明", "約1,234,567件", "約93人日", "2"]]
    header = ["課名", "業務名", "年間処理件数", "年間業務時間", "担当職員数"]
    state = read(tmp_path, header, *rows, name="業務棚卸.csv")
    assert state.businesses["annual_cases"].iloc[0] == float(f"{3 * 1800 / 7.75:.12g}")
    said = " ".join(state.findings["message"])
    for figure in ("696.77 件/年", "0.775 時間/年", "1,234,567 件/年", "720.75 時間/年", "負の数 -5 "):
        assert figure in said


def test_the_template_offers_a_choice_for_networks_outside_the_three_layers(tmp_path):
    made = openpyxl.load_workbook(next(p for p in write_templates(tmp_path) if "棚卸" in p.name))
    offered = [rule.formula1 or "" for sheet in made for rule in sheet.data_validations.dataValidation]
    assert any("LGWAN接続系" in choices and "独立" in choices for choices in offered)
