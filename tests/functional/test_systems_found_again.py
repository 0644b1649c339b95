"""A verdict stays with the systems it was about, whatever else comes into the folder."""

import csv

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.decisions import Decision, append, apply, cell_of, decide, read_decisions, verdict_on

HEAD = ["システム名", "課", "業者", "経費（千円）", "用途"]
BOOKINGS = [
    ["公民館予約システム", "教育課", "スペースリンク", "500", "公民館の予約"],
    ["体育館予約システム", "教育課", "日本データ", "600", "体育館の予約"],
    ["図書館システム", "教育課", "図書館流通", "900", "図書の貸出"],
]
RESIDENTS = [
    ["戸籍システム", "住民課", "富士通", "3600", "戸籍"],
    ["住民記録", "住民課", "TKC", "9000", "住民記録"],
]


def sent(folder, name, rows, numbers=None):
    head = HEAD if numbers is None else ["番号", *HEAD]
    lines = rows if numbers is None else [[n, *row] for n, row in zip(numbers, rows, strict=True)]
    with (folder / name).open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([head, *lines])


def groups(folder):
    return [set(names) for names in dx.map_systems(dx.read(folder)).overlaps()["names"]]


def ids_of(state, *names):
    of = state.systems.set_index("system")["system_id"]
    return [of[name] for name in names]


@pytest.fixture
def rejected(tmp_path):
    """A folder in which the two booking systems were judged to be different things, by id alone."""

    def make(numbers):
        sent(tmp_path, "10_教育課.csv", BOOKINGS, numbers)
        state = dx.read(tmp_path)
        assert groups(tmp_path) == [{"公民館予約システム", "体育館予約システム"}]
        what = {"verdict": "reject", "systems": ids_of(state, "公民館予約システム", "体育館予約システム")}
        decide(tmp_path / "decisions.jsonl", "overlap", what, who="課長", why="別物")
        assert groups(tmp_path) == []
        return tmp_path

    return make


def test_systems_without_a_number_keep_their_id_and_their_verdict_when_a_file_is_added(rejected):
    folder = rejected(None)
    before = ids_of(dx.read(folder), *(row[0] for row in BOOKINGS))
    sent(folder, "05_住民課.csv", RESIDENTS)
    assert ids_of(dx.read(folder), *(row[0] for row in BOOKINGS)) == before
    assert groups(folder) == []
    assert dx.map_systems(dx.read(folder)).reviews.notes["applied"].tolist() == [True]


def test_a_number_that_another_list_uses_too_is_no_longer_taken_for_the_system(rejected):
    folder = rejected(["1", "2", "3"])
    sent(folder, "05_住民課.csv", RESIDENTS, ["1", "2"])
    state = dx.read(folder)
    systems = dx.map_systems(state)
    # By number alone nobody can tell which was meant: nothing is laid over, and people are told to look again.
    assert systems.reviews.notes["applied"].tolist() == [False]
    assert systems.reviews.notes["missing"].tolist() == [("1", "2")]
    assert "decisions-no-such-system" in set(state.findings["rule"])
    assert groups(folder) == [{"公民館予約システム", "体育館予約システム"}]


def test_a_verdict_of_the_session_finds_its_systems_under_other_numbers(tmp_path):
    sent(tmp_path, "10_教育課.csv", BOOKINGS, ["1", "2", "3"])
    what = verdict_on(dx.read(tmp_path), "reject", ["1", "2"])
    decide(tmp_path / "decisions.jsonl", "overlap", what, who="課長", why="別物")
    sent(tmp_path, "05_住民課.csv", RESIDENTS, ["1", "2"])
    assert groups(tmp_path) == []
    # Next year the list is numbered anew: 1 and 2 are others now.
    (tmp_path / "05_住民課.csv").unlink()
    sent(tmp_path, "10_教育課.csv", [*RESIDENTS, *BOOKINGS], ["1", "2", "3", "4", "5"])
    assert groups(tmp_path) == []


def test_a_verdict_whose_system_is_gone_says_so_by_name(tmp_path):
    sent(tmp_path, "10_教育課.csv", BOOKINGS, ["1", "2", "3"])
    what = verdict_on(dx.read(tmp_path), "reject", ["1", "2"])
    decide(tmp_path / "decisions.jsonl", "overlap", what, who="課長", why="別物")
    sent(tmp_path, "10_教育課.csv", [RESIDENTS[0], *BOOKINGS[1:]], ["1", "2", "3"])
    state = dx.read(tmp_path)
    found = state.findings[state.findings["rule"] == "decisions-no-such-system"]
    assert len(found) == 1 and "公民館予約システム" in found["message"].iloc[0]
    notes = dx.map_systems(state).reviews.notes
    assert notes["applied"].tolist() == [False] and notes["missing"].tolist() == [("公民館予約システム",)]


def test_a_verdict_recorded_by_order_before_ids_had_names_still_holds_and_is_shown_to_people(tmp_path):
    sent(tmp_path, "10_教育課.csv", BOOKINGS)
    old = Decision("overlap", "課長", "別物", {"verdict": "reject", "systems": ["S0001", "S0002"]}, "2026-05-01T10:00")
    append(tmp_path / "decisions.jsonl", [old])
    assert groups(tmp_path) == []
    state = dx.read(tmp_path)
    told = state.findings.loc[state.findings["rule"] == "decisions-system-by-number", "message"]
    assert len(told) == 1 and "公民館予約システム、体育館予約システム" in told.iloc[0]


def test_systems_called_alike_are_told_apart_by_vendor_then_by_order():
    rows = pd.DataFrame(
        {
            "system": ["予約", "予約", "予約", "貸出", "町税"],
            "owner_department": ["教育課"] * 5,
            "vendor": ["甲社", "乙社", "乙社", None, "甲社"],
            "system_id": [None, None, None, None, "7"],
        }
    )
    ids = dx.map_systems(dx.from_tables(systems=rows)).systems["system_id"].tolist()
    assert ids == ["教育課/予約/甲社", "教育課/予約/乙社", "教育課/予約/乙社#2", "教育課/貸出", "7"]


@pytest.mark.parametrize("by_id_alone", [True, False])
@pytest.mark.parametrize("name", ["00_回答.csv", "99_回答.csv"])
@pytest.mark.parametrize("vendor", ["スペースリンク", ""])
def test_a_verdict_holds_when_another_list_names_the_system_too(tmp_path, name, by_id_alone, vendor):
    sent(tmp_path, "10_台帳.csv", BOOKINGS)
    what = verdict_on(dx.read(tmp_path), "reject", ["教育課/公民館予約システム", "教育課/体育館予約システム"])
    if by_id_alone:
        del what["known_by"]
    decide(tmp_path / "decisions.jsonl", "overlap", what, who="課長", why="別物")
    assert groups(tmp_path) == []
    sent(tmp_path, name, [["公民館予約システム", "教育課", vendor, "500", ""], *RESIDENTS])
    systems = dx.map_systems(dx.read(tmp_path))
    assert len(systems.sources()) == 1 and systems.reviews.notes["applied"].tolist() == [True]
    assert systems.overlaps().empty


def test_a_correction_is_not_laid_over_the_row_that_moved_into_its_place(tmp_path):
    def state(*names):
        rows = {"business": list(names), "department": ["市民課"] * len(names), "annual_hours": [None] * len(names)}
        return dx.from_tables(businesses=pd.DataFrame(rows))

    log = tmp_path / "decisions.jsonl"
    what = {**cell_of(state("転入届", "証明書交付"), "businesses", 1, "annual_hours"), "new": 50}
    decide(log, "value", what, who="課長", why="記入漏れ")
    decisions = read_decisions(log)[0]
    assert apply(state("転入届", "証明書交付"), decisions).businesses["annual_hours"].tolist()[1] == 50
    moved = apply(state("転入届", "印鑑登録", "証明書交付"), decisions)
    assert moved.businesses["annual_hours"].isna().all()
    assert moved.findings["rule"].tolist() == ["decisions-cell-has-changed"]
