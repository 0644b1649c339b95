"""The central ledger and a department's own return name one system: it counts once, and people are asked."""

import csv
from dataclasses import replace

import pytest

import dxaudit as dx
from dxaudit.cli import main
from dxaudit.decisions import decide, verdict_on
from dxaudit.session import WorkingSession

LEDGER = [
    ["整理番号", "主管課", "システム名", "事業者", "契約満了", "年間経費（千円）", "目的"],
    ["1", "住民課", "住民情報システム", "㈱TKC", "R8.9.30", "12500", "住民記録・印鑑"],
    ["2", "上下水道課", "企業会計システム", "ぎょうせい", "R9.3.31", "1540", "公営企業会計"],
    ["3", "教育課", "図書館システム", "みなと電算", "R8.8.31", "1320", "図書の貸出"],
    ["4", "上下水道課", "水道料金システム", "なみき情報", "R8.9.30", "2860", "検針・調定"],
    ["5", "総務課", "人事給与システム", "TKC", "R9.3.31", "2772", "給与計算"],
]
RETURN = [
    ["システム名", "担当課", "業者名", "契約終了", "経費(千円)", "機能"],
    ["水道料金ｼｽﾃﾑ", "上下水道課", "㈱なみき情報", "2026年9月", "2,860", "検針、調定、収納"],
    ["公営企業会計", "上下水道課", "ぎょうせい", "R9.3", "1,540", "会計"],
    ["水質検査データ管理", "上下水道課", "みなと電算", "R9.3", "300", "水質"],
]
POPULATION = 10000


def put(folder, name, rows):
    with (folder / name).open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)


@pytest.fixture
def folder(tmp_path):
    put(tmp_path, "05_情報システム管理台帳.csv", LEDGER)
    put(tmp_path, "上下水道課_回答.csv", RETURN)
    return tmp_path


def figures(state):
    state = state.replace(settings=replace(state.settings, population=POPULATION))
    frame = dx.assess(state).frame
    return frame[frame["department"] == "全庁"].set_index("code")["value"]


def test_a_system_of_two_lists_is_one_and_both_cells_are_named(folder):
    systems = dx.map_systems(dx.read(folder))
    found = systems.sources()
    assert dict(zip(found["name"], found["same_as"], strict=True)) == {"水道料金ｼｽﾃﾑ": "4", "公営企業会計": "2"}
    # The row stays, and says which one counts for it.
    assert len(systems.systems) == 8 and systems.counted.sum() == 6
    asked = systems.findings
    assert asked["file"].tolist() == ["上下水道課_回答.csv"] * 2 and asked["cell"].tolist() == ["A2", "A3"]
    assert "05_情報システム管理台帳.csv!C5" in asked["message"][0] and "上下水道課_回答.csv!A2" in asked["message"][0]


def test_it_counts_once_in_costs_groups_and_savings(folder):
    state = dx.read(folder)
    systems = dx.map_systems(state)
    assert systems.overlaps().empty and systems.groups().empty
    assert set(systems.pairs()["system_b"]).isdisjoint(systems.sources()["system_id"])
    assert figures(state)["D06"] == pytest.approx((12500 + 1540 + 1320 + 2860 + 2772 + 300) / POPULATION)
    (folder / "上下水道課_回答.csv").unlink()
    put(folder, "上下水道課_回答.csv", [RETURN[0], RETURN[3]])
    alone = figures(dx.read(folder))
    both = figures(state)
    for code in ("D03", "D05", "D06", "D13"):
        assert both[code] == pytest.approx(alone[code])


def test_a_third_system_of_the_function_meets_it_once(folder):
    other = ["蔵書検索", "生涯学習課", "なみき情報", "R9.3", "700", "図書の貸出・蔵書管理"]
    put(folder, "生涯学習課.csv", [RETURN[0], other])
    put(folder, "教育課.csv", [RETURN[0], ["図書館システム", "教育課", "みなと電算", "R8.8", "1,320", "図書"]])
    line = dx.map_systems(dx.read(folder)).overlaps().iloc[0]
    assert (len(line["systems"]), line["cost"], line["saving_high"]) == (2, 2020, 700)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["水道料金システム", "上下水道課", "ほかの会社", "R8.9", "2,860", ""], "another vendor"),
        (["水道料金システム", "上下水道課", "なみき情報", "R8.9", "1,900", ""], "another cost"),
        (["水道料金システム", "上下水道課", "なみき情報", "R11.3", "2,860", ""], "another contract"),
        (["水道料金システム", "下水道課", "なみき情報", "R8.9", "2,860", ""], "another owner"),
        (["水道管路GIS", "上下水道課", "なみき情報", "R8.9", "2,860", ""], "another system"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_contradicts_keeps_two_systems_two(folder, row, why):
    put(folder, "上下水道課_回答.csv", [RETURN[0], row])
    assert dx.map_systems(dx.read(folder)).sources().empty


@pytest.mark.parametrize(
    "row",
    [
        ["水道料金システム", "上下水道課", "", "", "", ""],
        ["水道料金システム", "上下水道課", "なみき情報", "令和8年度", "3,146", ""],
        ["水道料金システム", "", "なみき情報", "R8.9", "2,860", ""],
    ],
    ids=["name alone", "tax and fiscal year", "no owner"],
)
def test_what_a_return_leaves_out_or_rounds_contradicts_nothing(folder, row):
    put(folder, "水道.csv", [RETURN[0], row])
    (folder / "上下水道課_回答.csv").unlink()
    assert dx.map_systems(dx.read(folder)).sources()["same_as"].tolist() == ["4"]


def test_the_row_that_gives_a_cost_counts(folder):
    ledger = [[*row[:5], "" if row[0] == "4" else row[5], row[6]] for row in LEDGER]
    put(folder, "05_情報システム管理台帳.csv", ledger)
    systems = dx.map_systems(dx.read(folder))
    assert "上下水道課/水道料金システム" in systems.sources()["same_as"].tolist()
    assert systems.state.systems["annual_cost"][systems.counted].sum() == sum((12500, 1540, 1320, 2772, 2860, 300))


def test_two_rows_of_one_list_are_never_one(folder):
    twice = ["水道料金システム", "上下水道課", "なみき情報", "R8.9", "2,860", ""]
    put(folder, "上下水道課_回答.csv", [RETURN[0], twice, twice])
    assert len(dx.map_systems(dx.read(folder)).sources()) == 1


def test_people_say_that_they_are_two_or_one(folder):
    session = WorkingSession(folder)
    first = session.systems.review_queue().iloc[0]
    assert first["kind"] == "one_system" and "上下水道課_回答.csv" in first["evidence"]
    pair = [first["system_a"], first["system_b"]]
    session.review("two_systems", pair, who="水道課長", why="簡易水道の分は別契約")
    assert len(session.systems.sources()) == 1
    assert any(set(pair) <= set(group) for group in session.systems.overlaps()["systems"])
    other = session.systems.review_queue().query("kind == 'one_system'").iloc[0]
    session.review("one_system", [other["system_a"], other["system_b"]], who="水道課長", why="同じもの")
    assert session.systems.sources()["confirmed"].tolist() == [True] and session.systems.findings.empty
    assert "one_system" not in set(session.systems.review_queue()["kind"])


def test_people_may_say_so_where_the_rule_does_not_see_it(folder):
    put(folder, "住民課.csv", [RETURN[0], ["MISALIO 住記", "住民課", "別表記の会社", "", "", ""]])
    state = dx.read(folder)
    what = verdict_on(state, "one_system", ["1", "住民課/MISALIO 住記"])
    decide(folder / "decisions.jsonl", "overlap", what, who="情報係", why="同じ契約")
    found = dx.map_systems(dx.read(folder)).sources().set_index("name")
    assert found.loc["MISALIO 住記", "same_as"] == "1"


def test_the_check_asks_the_analyst(folder, capsys):
    assert main(["check", str(folder)]) == 0
    assert "両方に載っています" in capsys.readouterr().out
