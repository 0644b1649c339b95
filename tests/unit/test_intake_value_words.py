"""Words and signs that people put beside an answer, a figure or a name."""

import pytest

from dxaudit.intake.evidence import spellings
from dxaudit.intake.numbers import number
from dxaudit.intake.values import category, items, tri


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("委託している（一部）", "partial"),
        ("委託している", "true"),
        ("アリ", "true"),
        ("ﾅｼ", "false"),
        ("存在しない", "false"),
        ("否", "false"),
        ("押印は必要ありません", "false"),
    ],
)
def test_yes_and_no(written, meant):
    assert tri(written).value == meant


@pytest.mark.parametrize(
    "written",
    ["市民課、および税務課", "１．市民課　２．税務課", "1) 市民課 2) 税務課", "市民課および税務課", "市民課、税務課"],
)
def test_two_sections_however_divided(written):
    assert items(written).value == ("市民課", "税務課")


@pytest.mark.parametrize(
    ("written", "yearly"), [("25万円（月額）", 3000), ("25万円（年額）", 250), ("25万円", 250), ("月額25万円", 3000)]
)
def test_the_period_beside_an_amount_counts(written, yearly):
    assert number(written, "千円/年").value == yearly


def test_person_days_with_a_dot():
    assert number("25人・日", "hours").value == number("25人日", "hours").value


@pytest.mark.parametrize(
    ("written", "code"), [("紙ベース", "paper"), ("電磁的記録", "digital"), ("ハイブリッド", "both")]
)
def test_media(written, code):
    assert category(written, *spellings("businesses", "medium")).value == code


@pytest.mark.parametrize(
    ("written", "counted"), [("１０本", 10), ("4,500筆", 4500), ("12か所", 12), ("30ユーザー", 30)]
)
def test_what_is_counted_may_stand_behind_the_number(written, counted):
    assert number(written, "人").value == counted
    assert number(written, "件/年").value == counted


@pytest.mark.parametrize(
    ("written", "counted"),
    [("40事業", 40), ("5調査", 5), ("１２路線", 12), ("8地区", 8), ("3ヵ国", 3), ("1,200区画", 1200)],
)
def test_what_our_units_do_not_know_counts_cases_and_says_so(written, counted):
    assert number(written, "件/年") == (counted, "other_counter")
    assert number(f"{written}／月", "件/年") == (counted * 12, "other_counter")


@pytest.mark.parametrize("written", ["6月頃", "3年度", "第3回", "5時間制", "10メートル", "2階", "5不明", "40数件"])
def test_figures_that_rank_date_or_measure_are_no_counts(written):
    assert number(written, "件/年").value is None


def test_a_count_of_something_else_is_no_amount_of_money_or_time():
    assert number("40事業", "千円/年").value is None
    assert number("40事業", "時間/年").value is None


def test_partly_is_no_number():
    assert number("一部", "件/年").value is None
    assert number("1部", "件/年").value == 1


@pytest.mark.parametrize(
    ("column", "written", "code"),
    [
        ("core", "委任可", "noncore"),
        ("routine", "その都度判断", "nonroutine"),
        ("approval", "紙に押印", "paper"),
        ("data_transfer", "紙で回付", "paper"),
    ],
)
def test_codes_in_the_words_of_those_who_answer(column, written, code):
    assert category(written, *spellings("businesses", column)).value == code


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("基幹", "mynumber"),
        ("独立", "other"),
        ("スタンドアロン", "other"),
        ("閉域網", "other"),
        ("教育ＮＷ", "other"),
        ("校務系ネットワーク", "other"),
        ("その他（消防指令）", "other"),
        ("その他（独立・教育系など）", "other"),
        ("LGWAN-ASP", "lgwan"),
    ],
)
def test_network_zones_in_and_outside_the_three_layers(written, zone):
    assert category(written, *spellings("systems", "network_zone")) == (zone, "")


@pytest.mark.parametrize("written", ["覚えていない", "はっきり憶えていません", "よくわからない", "受けたかもしれない"])
def test_not_knowing_is_no_answer(written):
    assert category(written, *spellings("survey", "training")) == (None, "")
    assert tri(written) == (None, "")
