"""Headers that name their own answers: what the column is called, what its codes mean, and what the answers tell."""

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.intake.options import asked, decoded, explained, legend


@pytest.fixture
def read(tmp_path):
    def book(*rows, merged=()):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        for area in merged:
            made.active.merge_cells(area)
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
        # Marks and codes of any letters, joined to their words.
        ("個情_◎全部 ○一部 ×なし", "個情", {"◎": "全部", "○": "一部", "×": "なし"}),
        ("委託（○有・×無）", "委託", {"○": "有", "×": "無"}),
        ("職員が行うべきか（C=行うべき N=その必要なし）", "職員が行うべきか", {"c": "行うべき", "n": "その必要なし"}),
        ("押印 ○×で回答", "押印 ○×で回答", {}),
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
    assert decoded(values, legend("押印の区分")) is values
    assert decoded([120.0, 30.0, 45.0], legend("押印（1要 2一部 3不要）")) == [120.0, 30.0, 45.0]
    # Five steps are a scale of skills, which is read as a number.
    assert legend("Q1（1できない 2少し 3ふつう 4できる 5教えられる）") == {}


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


@pytest.mark.parametrize(
    ("above", "header", "codes"),
    [
        (
            "注）「ハンコ」「来庁」… 1:要　2:不要　3:一部　／　「個人の情報」… 1:番号付き　2:要配慮",
            "来庁を\n求めるか",
            {"1": "要", "2": "不要", "3": "一部"},
        ),
        (
            "選択肢　Q6・Q7　１ はい　２ いいえ　　Q9　１ 実測　２ 日報",
            "Q7 手順書があるか",
            {"1": "はい", "2": "いいえ"},
        ),
        ("※形態の記号　Ｃ＝クラサバ　Ｗ＝ウェブ　Ｓ＝ＳａａＳ", "形態", {"c": "クラサバ", "w": "ウェブ", "s": "SaaS"}),
        ("選定方法 → 1:一般競争 2:指名競争", "業務名", {}),
    ],
)
def test_a_note_above_the_table_explains_the_codes_of_the_columns_it_names(above, header, codes):
    assert asked(explained(header, above)).codes == codes


def test_answers_for_short_are_spelled_out(read):
    state = read(
        ["所管課", "システム名", "区分_基・個・内・網", "個人情報の別_特・要・個・無"],
        ["市民課", "住民記録", "基", "特"],
        ["総務課", "文書管理", "内", "無"],
        ["福祉課", "相談記録", "個", "要"],
        ["情報課", "庁内LAN", "網", "無"],
    )
    assert state.systems["system_class"].tolist() == ["core", "internal", "individual", "network"]
    assert state.systems["personal_information"].tolist() == ["specific", "none", "sensitive", "none"]


def test_a_row_of_nothing_but_answers_belongs_to_the_header(read):
    state = read(
        ["課名", "事務の名前", "年間件数", "性質", "決裁"],
        [None, None, "件", "1コア 2ノンコア", "1電子 2紙"],
        ["市民課", "住民票の交付", 900, 2, 1],
        ["税務課", "課税", 400, 1, 2],
    )
    sheet = state.sheets.iloc[0]
    assert (sheet["header_first"], sheet["header_last"], sheet["accepted"]) == (1, 2, 2)
    assert state.businesses["core"].tolist() == ["noncore", "core"]
    assert state.businesses["approval"].tolist() == ["electronic", "paper"]


def test_an_example_beneath_a_name_says_nothing_about_the_column(read):
    state = read(
        ["課名", "取り組んでいる業務\n例：住民票の交付", "解決したいこと\n例：二重入力"],
        ["市民課", "転入届の受付", "転出証明の内容を再入力している"],
        ["税務課", "課税証明の交付", "審査できる職員が少ない"],
    )
    assert state.businesses["reported_issue"].notna().all() and state.businesses["data_transfer"].isna().all()


def test_columns_of_ticks_are_one_question(read):
    state = read(
        ["課名", "業務名", "媒体", None, None, "委託", None, None, "年間件数"],
        [None, None, "紙", "電子", "併用", "全部", "一部", "無し", None],
        ["市民課", "住民票の交付", "○", None, None, None, None, "○", 900],
        ["税務課", "課税", None, "○", None, "○", None, None, 400],
        ["福祉課", "手帳の交付", None, None, "○", None, "○", None, 300],
        ["総務課", "文書の収受", "○", None, None, None, None, "○", 200],
        merged=("A1:A2", "B1:B2", "C1:E1", "F1:H1", "I1:I2"),
    )
    businesses = state.businesses
    assert businesses["medium"].tolist() == ["paper", "digital", "both", "paper"]
    assert businesses["outsourcing"].tolist() == ["false", "true", "partial", "false"]
    assert businesses["annual_cases"].tolist() == [900, 400, 300, 200]
    said = state.findings[state.findings["rule"] == "ticks_joined"]
    assert said["cell"].tolist() == ["C1", "F1"] and "紙・電子・併用 の3列" in said["message"].iloc[0]
    assert state.sheets.iloc[0]["accepted"] == 4


def test_several_yes_and_no_columns_under_one_name_stay_columns(read):
    state = read(
        ["課名", "業務名", "手続の方法", None],
        [None, None, "押印", "来庁"],
        ["市民課", "住民票の交付", "○", "○"],
        ["税務課", "課税", "×", "○"],
        merged=("A1:A2", "B1:B2", "C1:D1"),
    )
    assert state.businesses["seal"].tolist() == ["true", "false"]
    assert state.businesses["in_person"].tolist() == ["true", "true"]
    assert not (state.findings["rule"] == "ticks_joined").any()


def test_an_answer_written_out_is_no_code(read):
    state = read(
        ["課名", "業務名", "コア/ノンコア"], ["市民課", "住民票の交付", "ノンコア"], ["税務課", "課税", "コア"]
    )
    assert state.businesses["core"].tolist() == ["noncore", "core"]
    assert not (state.findings["rule"] == "coded_answers").any()


def test_marks_that_a_note_explains_mean_what_it_says_not_yes_and_no(read):
    state = read(
        ["個情：◎＝マイナンバーを扱う　△＝要配慮個人情報を扱う　○＝その他の個人情報を扱う　×＝扱わない"],
        ["課名", "業務名", "個情"],
        ["市民課", "転入届の受付", "◎"],
        ["福祉課", "手当の支給", "△"],
        ["税務課", "課税証明", "○"],
        ["総務課", "備品の管理", "×"],
    )
    assert state.businesses["personal_information"].tolist() == ["specific", "sensitive", "personal", "none"]
    assert state.findings["rule"].eq("coded_answers").sum() == 1


def test_codes_of_several_letters_are_decoded_beside_missing_ones(read):
    state = read(
        ["標準化：done＝移行済、in＝移行中、spec＝特定移行支援、not＝未着手"],
        ["所管課", "システム名", "標準化ステータス（凡例参照）"],
        ["市民課", "住民記録", "in"],
        ["税務課", "収納管理", "done"],
        ["総務課", "文書管理", "－"],
        ["財政課", "財務会計", "－"],
        ["福祉課", "生活保護", "not"],
    )
    got = state.systems["standardization_status"].astype(object).where(state.systems["standardization_status"].notna())
    assert [v if isinstance(v, str) else None for v in got] == ["in_progress", "done", None, None, "not_started"]


def test_overtime_of_a_year_is_kept_by_the_month(read):
    state = read(
        ["課名", "職員数（人）", "残業（時間・1人当たり年間）"],
        ["市民課", 12, 216],
        ["税務課", 9, 120],
    )
    assert state.organization["overtime_hours"].tolist() == [18.0, 10.0]
