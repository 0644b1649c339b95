"""Headers that no dictionary knows are read by what other hands headed the same columns, and it is told by which."""

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dxaudit as dx
from dxaudit.intake.headings import (
    LARGEST,
    NONE,
    RIDGE,
    _learnt,
    learn,
    likely,
    nearest,
    pieces_of,
    state_of_headings,
)
from dxaudit.vocabulary import load, tables

TABLES = tuple(load("headings"))


@pytest.fixture
def read(tmp_path):
    def book(*rows):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        made.save(tmp_path / "回答.xlsx")
        return dx.read(tmp_path)

    return book


def test_headings_of_many_hands_name_columns_of_the_tables_and_each_only_one():
    for table in TABLES:
        columns = load("headings")[table]
        assert set(columns) <= {*tables()[table]["columns"], NONE}
        headings = [heading for given_ in columns.values() for heading in given_]
        assert len(headings) == len(set(headings))


def test_what_was_learnt_is_of_the_headings_on_file():
    from importlib.resources import files

    with (files("dxaudit.vocabulary") / "headings.npz").open("rb") as source, np.load(source) as held:
        assert str(held["state"]) == state_of_headings(), "make headings"


@pytest.mark.parametrize("table", ["organization", "workflow"])
def test_learning_again_gives_the_same(table):
    kept, again = _learnt()[table], learn(load("headings")[table])
    assert kept.columns == again.columns and kept.pieces == again.pieces
    step = np.abs(again.weights).max() / LARGEST
    assert np.abs(kept.weights - again.weights).max() <= 1.5 * step


def test_estimates_are_those_of_kernel_ridge_regression():
    """Against its formula written out: y = k(x)ᵀ (K + λI)⁻¹ Y with the cosine of sets of pieces as kernel."""
    headings = {"annual_cases": ["年間の件数", "何件あるか"], "purpose": ["何のため"], NONE: ["備考", "内線"]}
    flat = [(heading, column) for column, given_ in headings.items() for heading in given_]

    def alike(a, b):
        a, b = pieces_of(a), pieces_of(b)
        return len(a & b) / (len(a) * len(b)) ** 0.5

    kernel = np.array([[alike(a, b) for b, _ in flat] for a, _ in flat]) + RIDGE * np.eye(len(flat))
    target = np.array([[column == c for c in headings] for _, column in flat], dtype=float)
    held = learn(headings)
    for header in ("件数は何件", "何のための業務か", "備考欄"):
        expected = np.array([alike(header, a) for a, _ in flat]) @ np.linalg.inv(kernel) @ target
        pieces = pieces_of(header)
        known = [held.pieces[p] for p in pieces if p in held.pieces]
        assert held.weights[known].sum(axis=0) / len(pieces) ** 0.5 == pytest.approx(expected, abs=1e-5)


@given(st.sampled_from(TABLES), st.text(max_size=40))
def test_shares_add_up_whatever_is_written(table, header):
    shares = likely(table, header)
    assert not shares or sum(shares.values()) == pytest.approx(1.0)
    assert all(0.0 <= share <= 1.0 for share in shares.values())


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("businesses", "窓口まで足を運んでもらう必要", "in_person"),
        ("businesses", "一年でいちばん混み合う月はいつか", "peak_period"),
        ("businesses", "引き継ぎのための手引きの有無", "manual"),
        ("systems", "取引している納入元の社名", "vendor"),
        ("systems", "賃貸借が切れる年月", "contract_to"),
        ("organization", "再編前に名乗っていた名称", "predecessor"),
        ("businesses", "決算書の添付欄", NONE),
        ("systems", "次回打合せの候補日", NONE),
    ],
)
def test_other_wordings_are_near_to_their_column(table, header, column):
    assert all(header not in headings for headings in load("headings")[table].values())
    shares = likely(table, header)
    assert max(shares, key=shares.get) == column


def test_a_likened_column_is_told_with_the_headings_it_is_like(read):
    state = read(
        ["課名", "業務名", "本人が顔を出す必要"],
        ["市民課", "転入届の受付", "あり"],
        ["税務課", "課税証明の交付", "なし"],
    )
    column = state.columns.set_index("source").loc["本人が顔を出す必要"]
    assert (column["column"], column["evidence"]) == ("in_person", "headings")
    told = state.findings[state.findings["rule"] == "column_likened"]
    assert told["cell"].tolist() == ["C1"]
    for heading in nearest("businesses", "in_person", "本人が顔を出す必要"):
        assert f"「{heading}」" in told["message"].iloc[0]


def test_a_figure_of_the_year_goes_before_one_of_the_month(read):
    state = read(
        ["課名", "業務名", "月平均件数", "1年間の取扱量（件）"],
        ["市民課", "転入届の受付", 30, 355],
        ["税務課", "課税証明の交付", 20, 251],
    )
    assert state.businesses["annual_cases"].tolist() == [355, 251]


def test_what_a_word_rules_out_no_likeness_brings_back(read):
    state = read(["課名", "業務名", "正職員数"], ["市民課", "転入届の受付", 3], ["税務課", "課税証明の交付", 2])
    assert state.columns.set_index("source").loc["正職員数", "column"] != "regular_staff_hours"


@pytest.mark.parametrize(
    ("header", "written", "column", "value"),
    [
        ("月額使用料（千円）", 33, "annual_cost", 396.0),
        ("保守料_月額（円）", 50_000, "annual_cost", 600.0),
        ("毎月の利用料（千円）", 5, "annual_cost", 60.0),
        ("年額使用料（千円）", 33, "annual_cost", 33.0),
    ],
)
def test_the_period_in_a_name_holds_for_its_costs(read, header, written, column, value):
    state = read(["所管課", "システム名", header], ["市民課", "住民記録", written], ["税務課", "収納管理", written])
    assert state.systems[column].tolist() == [value, value]


@pytest.mark.parametrize(
    ("header", "written", "column", "value"),
    [
        ("月間処理件数（件）", 30, "annual_cases", 360.0),
        ("月平均件数", 30, "annual_cases", 360.0),
        ("週当たり件数（件）", 10, "annual_cases", 520.0),
        ("月当たり作業時間（時間）", 8, "annual_hours", 96.0),
        ("月の従事時間", 40, "annual_hours", 480.0),
        ("件数（1か月あたり）", 40, "annual_cases", 480.0),
        ("年間処理件数（件）", 30, "annual_cases", 30.0),
        # A day or a span of the calendar is no period.
        ("令和6年4月の受付件数", 30, "annual_cases", 30.0),
        ("令和6年4月1日現在の処理件数（件）", 30, "annual_cases", 30.0),
        ("直近11か月の処理件数", 30, "annual_cases", 30.0),
    ],
)
def test_the_period_in_a_name_holds_for_its_amounts_of_work(read, header, written, column, value):
    state = read(["課名", "業務名", header], ["市民課", "転入届の受付", written], ["税務課", "課税証明", written])
    assert state.businesses[column].tolist() == [value, value]


def test_a_row_of_units_with_periods_is_the_unit(read):
    state = read(
        ["課名", "業務名", "所要工数", "件数"],
        [None, None, "人日／年", "件／月"],
        ["市民課", "転入届の受付", 78, 10],
        ["税務課", "課税証明の交付", 10, 20],
    )
    assert state.businesses["annual_hours"].tolist() == [78 * 7.75, 77.5]
    assert state.businesses["annual_cases"].tolist() == [120, 240]
