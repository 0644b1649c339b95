"""What was planted in the sample city is found by the product, and nothing where nothing was planted.

The same is asked of a hold-out city that no one tuned to: other layouts, other words over the columns, other numbers.
The truth is the generator's own, computed from its prose without dxaudit.
"""

import csv
import math
import sys
import tomllib
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.vocabulary import tables

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
sys.path.insert(0, str(SAMPLES))

from generator.city import HOLDOUT  # noqa: E402
from generator.expected import BARS  # noqa: E402
from generator.write import write_city  # noqa: E402

WARNED = 0.3 - 1e-9


class Read:
    """A city as the product read it, with its truth beside it."""

    def __init__(self, folder: Path) -> None:
        self.state = dx.read(folder)
        self.expected = tomllib.loads(folder.with_suffix(".expected.toml").read_text("utf-8"))
        self.truth = {
            p.stem: list(csv.DictReader(p.open(encoding="utf-8"))) for p in folder.with_suffix(".truth").glob("*.csv")
        }
        self.register = {(r.department, r.code): r for r in dx.assess(self.state).frame.itertuples()}

    def found(self, department: str, code: str) -> bool:
        entry = self.register.get((department, code))
        return entry is not None and bool(entry.assessed) and entry.severity >= WARNED


@pytest.fixture(scope="module", params=["shionagi", "holdout"])
def city(request, tmp_path_factory):
    if request.param == "shionagi":
        return Read(SAMPLES / "shionagi")
    folder = tmp_path_factory.mktemp("holdout")
    write_city(HOLDOUT, folder)
    return Read(folder / "holdout")


def same(kind: str, said: str, got: object) -> bool:
    if kind in ("num", "likert"):
        if said == "" or pd.isna(got):
            return (said == "") == bool(pd.isna(got))
        return math.isclose(float(said), got, rel_tol=1e-6, abs_tol=1e-6)
    if kind == "list":
        return (";".join(got) if isinstance(got, tuple) else "") == said
    return ("" if pd.isna(got) else str(got)) == said


@pytest.mark.parametrize("table", ["businesses", "systems", "survey", "organization", "governance", "workflow"])
def test_every_cell_is_read_as_it_was_meant(city, table):
    spec = tables()[table]["columns"]
    read = {
        (r["source_file"], r["source_sheet"] or "", int(r["source_row"])): r
        for r in city.state.table(table).to_dict("records")
    }
    truth = city.truth[table]
    assert len(read) == len(truth)
    cells, wrong = 0, []
    for row in truth:
        got = read[row["source_file"], row["source_sheet"], int(row["source_row"])]
        for column in spec.keys() & row.keys():
            cells += 1
            if not same(spec[column]["type"], row[column], got[column]):
                wrong.append((row["source_file"], row["source_row"], column, row[column], got[column]))
    assert len(wrong) <= 0.01 * cells, wrong[:10]


def test_header_rows_and_counts_are_those_of_the_sheets(city):
    read = {(s.file, s.sheet or ""): s for s in city.state.sheets.itertuples()}
    for sheet in city.expected["sheet"]:
        if not sheet["table"]:
            continue
        got = read[sheet["file"], sheet["sheet"]]
        assert got.table == sheet["table"]
        assert [got.header_first, got.header_last] == sheet["header_rows"], sheet
        assert (got.accepted, got.set_aside) == (sheet["accepted"], 0), sheet


def test_planted_problems_are_found(city):
    issues = city.expected["issue"]
    missed = [(i["department"], i["code"], i["value"]) for i in issues if not city.found(i["department"], i["code"])]
    assert 1 - len(missed) / len(issues) >= 0.9, missed


def test_each_kind_of_problem_is_found_somewhere(city):
    planted = {i["code"] for i in city.expected["issue"]}
    assert planted - {i["code"] for i in city.expected["issue"] if city.found(i["department"], i["code"])} == set()


def test_departments_planted_as_clean_show_none(city):
    clean = [c["department"] for c in city.expected["clean"] if c["planted"]]
    assert len(clean) >= 2
    assert [(d, code) for d in clean for code in BARS if city.found(d, code)] == []


def test_what_is_not_there_is_hardly_ever_reported(city):
    asked = [(c["department"], code) for c in city.expected["clean"] for code in c["codes"]]
    wrong = [(d, code, city.register[d, code].value) for d, code in asked if city.found(d, code)]
    assert len(wrong) <= 0.01 * len(asked), wrong


def test_what_was_not_answered_is_not_scored(city):
    asked = [(u["department"], code) for u in city.expected["unassessed"] for code in u["codes"]]
    scored = [key for key in asked if key in city.register and city.register[key].assessed]
    assert scored == []


def test_known_duplicates_are_found_and_look_alikes_are_kept_apart(city):
    pairs = dx.map_systems(city.state).pairs()
    claimed = {frozenset((p.system_a, p.system_b)) for p in pairs.itertuples() if p.confidence >= 0.5}
    products = {
        frozenset(p)
        for d in city.expected["duplicate"]
        if d["kind"] == "same_product"
        for p in combinations(d["systems"], 2)
    }
    every = {frozenset(p) for d in city.expected["duplicate"] for p in combinations(d["systems"], 2)}
    assert len(products & claimed) >= 0.8 * len(products)
    assert len(every & claimed) >= 0.75 * len(every)
    alike = {frozenset(n["systems"]) for n in city.expected["not_duplicate"]}
    assert [set(p) for p in alike & claimed] == []


def test_repeated_work_is_named(city):
    rows = dx.assess(city.state).explain("O06").rows
    shown = " ".join(str(v) for v in rows.to_numpy().ravel())
    assert [g["name"] for g in city.expected["repeated_business"] if g["name"] not in shown] == []
