"""Returns that nobody has seen: header rows, columns, values and rows against what was written."""

import sys
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.intake.wording import header_key
from dxaudit.vocabulary import load, tables

_spec = spec_from_file_location("invented_returns", Path(__file__).with_name("invented_returns.py"))
invented = module_from_spec(_spec)
sys.modules[_spec.name] = invented
_spec.loader.exec_module(invented)
SPEC = {name: table["columns"] for name, table in tables().items()}
SEEDS = range(40)


def write(made, path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "回答"
    for r, row in enumerate(made.rows, 1):
        for c, value in enumerate(row, 1):
            if value != "":
                sheet.cell(r, c, value)
    for r0, c0, r1, c1 in made.merged:
        sheet.merge_cells(start_row=r0, start_column=c0, end_row=r1, end_column=c1)
    book.save(path)


def same(expected, got) -> bool:
    if isinstance(got, tuple):
        return got == (expected or ())
    if got is None or got != got:
        return expected is None
    if isinstance(expected, float):
        return isinstance(got, float) and abs(got - expected) < 1e-6 * max(1, abs(expected))
    return expected == got


@pytest.fixture(scope="module")
def score(tmp_path_factory):
    folder = tmp_path_factory.mktemp("returns")
    counted = Counter()
    wrong = []
    for seed in SEEDS:
        made = invented.invent(seed, SPEC)
        path = folder / f"{seed}.xlsx"
        write(made, path)
        state = dx.read(path)
        sheet = state.sheets.iloc[0]
        counted["sheets"] += 1
        counted["headers"] += (sheet["header_first"], sheet["header_last"]) == made.header_rows
        counted["rows"] += (sheet["accepted"], sheet["ignored"]) == (len(made.values), made.ignored)
        got = {c.position: c.column for c in state.columns.itertuples() if isinstance(c.column, str)}
        same_table = sheet["table"] == made.table
        for position, (source, column) in made.columns.items():
            found = got.get(position) if same_table else None
            counted["meant"] += column is not None
            counted["mapped"] += found is not None
            counted["right"] += column is not None and found == column
            if found != column:
                wrong.append((made.table, source, column, found))
        if not same_table or sheet["accepted"] != len(made.values):
            continue
        frame = state.table(made.table)
        for column in {c for _, c in made.columns.values() if c} & set(got.values()):
            for k, truth in enumerate(made.values):
                if column in truth:
                    counted["values"] += 1
                    counted["values right"] += same(truth[column], frame[column].iloc[k])
    return counted, wrong


def test_header_rows(score):
    counted, _ = score
    assert counted["headers"] / counted["sheets"] >= 0.98


def test_every_row_is_counted_where_it_belongs(score):
    counted, _ = score
    assert counted["rows"] / counted["sheets"] >= 0.98


def test_columns(score):
    counted, wrong = score
    assert counted["right"] / counted["mapped"] >= 0.98, wrong
    assert counted["right"] / counted["meant"] >= 0.95, wrong


def test_values(score):
    counted, _ = score
    assert counted["values right"] / counted["values"] >= 0.995


def test_the_wordings_stand_in_no_dictionary():
    known = 0
    total = 0
    for table, columns in invented.HEADERS.items():
        names = {header_key(s)[1] for c in SPEC[table].values() for s in (c["label"]["ja"], *c.get("synonyms", ()))}
        names |= {header_key(w)[1] for e in load("headers")[table].values() for w in e.get("words", ())}
        for wordings in columns.values():
            total += len(wordings)
            known += sum(header_key(w)[1] in names for w in wordings)
    assert known / total < 0.05
