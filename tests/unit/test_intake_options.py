"""Headers that name their own answers: what the column is called, what its codes mean, and what the answers tell."""

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.intake.options import asked, decoded


@pytest.fixture
def read(tmp_path):
    def book(*rows):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        made.save(tmp_path / "回答.xlsx")
        return dx.read(tmp_path)

    return book


@pytest.mark.parametrize(
    ("header", "name", "codes"),
    [
        ("押印\n1要 2一部 3不要", "押印", {"1": "要", "2": "一部", "3": "不要"}),
        ("処理_書類の持ち方_Ａ紙　Ｂ併用　Ｃ電子", "処理_書類の持ち方", {"a": "紙", "b": "併用", "c": "電子"}),
        ("委託（1：有、2：無）", "委託", {"1": "有", "2": "無"}),
        ("媒体 ア.紙 イ.電子", "媒体", {"ア": "紙", "イ": "電子"}),
        ("来庁_○△×", "来庁", {}),
        ("本人の出頭_要・一部・不要", "本人の出頭", {}),
        # Neither figures of other things nor a code alone make answers.
        ("平均1回2時間", "平均1回2時間", {}),
        ("令和5年6月の件数", "令和5年6月の件数", {}),
        ("①1回にかかる時間", "1回にかかる時間", {}),
        ("紙・電子", "紙・電子", {}),
    ],
)
def test_a_header_is_told_from_the_answers_it_names(header, name, codes):
    assert (asked(header).name, asked(header).codes) == (name, codes)


def test_codes_are_read_as_their_header_explains_them(read):
    header = [
        "課名",
        "業務名",
        "押印\n1要 2一部 3不要",
        "個人情報\n1特定 2要配慮 3その他有 4無",
        "媒体\nA紙 B併用 C電子",
    ]
    rows = [["市民課", "住民票の交付", 1, 1, "Ａ"], ["税務課", "課税証明", "３", 4, "c"], ["福祉課", "手帳", 2, 3, "B"]]
    state = read(header, *rows)
    businesses = state.businesses
    assert businesses["seal"].tolist() == ["true", "false", "partial"]
    assert businesses["personal_information"].tolist() == ["specific", "none", "personal"]
    assert businesses["medium"].tolist() == ["paper", "digital", "both"]
    said = state.findings[state.findings["rule"] == "coded_answers"]
    assert len(said) == 3 and "1=要、2=一部、3=不要" in said["message"].iloc[0]


def test_codes_without_an_explanation_stay_what_they_are():
    values = [1.0, 2.0, 3.0]
    assert decoded("押印の区分", values) is values
    assert decoded("押印（1要 2一部 3不要）", [120.0, 30.0, 45.0]) == [120.0, 30.0, 45.0]
    # Five steps are a scale of skills, which is read as a number.
    assert decoded("Q1（1できない 2少し 3ふつう 4できる 5教えられる）", values) is values


def test_answers_in_words_of_one_column_tell_it_whatever_its_name(read):
    state = read(
        ["課名", "業務名", "様式の形", "性格"],
        ["市民課", "住民票の交付", "紙　の　み", "定型"],
        ["税務課", "課税証明", "電子のみ", "定型"],
        ["福祉課", "手帳の交付", "併用", "非定型"],
    )
    column = dict(zip(state.columns["source"], state.columns["column"], strict=True))
    assert (column["様式の形"], column["性格"]) == ("medium", "routine")
    assert state.businesses["medium"].tolist() == ["paper", "digital", "both"]


def test_a_time_in_minutes_is_what_one_case_takes_unless_a_year_is_spoken_of(read):
    state = read(
        ["課名", "業務名", "年間件数", "所要（分）", "年間所要（分）"],
        ["市民課", "住民票の交付", 600, 5, 3000],
        ["税務課", "課税証明", 120, 10, 1200],
    )
    assert state.businesses["minutes_per_case"].tolist() == [5.0, 10.0]
    assert state.businesses["annual_hours"].tolist() == [50.0, 20.0]


def test_each_column_takes_its_own_of_several_units_named_above(read):
    state = read(
        ["単位：件、分、時間"],
        ["課名", "業務名", "処理量", "1件あたり所要時間", "年間総時間"],
        ["市民課", "転入届の受付", 4300, 30, 2150],
        ["市民課", "火葬許可証", 1020, 20, 340],
    )
    assert state.businesses["annual_hours"].tolist() == [2150.0, 340.0]
    assert state.businesses["minutes_per_case"].tolist() == [30.0, 20.0]


def test_parts_of_the_staff_are_no_hours_and_not_the_whole_staff(read):
    state = read(
        ["課名", "業務名", "年間時間", "正職員数", "会計年度任用職員数"],
        ["市民課", "住民票の交付", 900, 1, 3],
        ["税務課", "課税証明", 400, 1, 2],
    )
    left = state.columns[state.columns["column"].isna()]["source"].tolist()
    assert left == ["正職員数", "会計年度任用職員数"]
    assert not (state.findings["rule"].str.startswith("contradiction")).any()
