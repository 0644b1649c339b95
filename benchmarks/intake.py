"""100 workbooks with 50,000 rows: read, mapped and validated, against the same through pandas with openpyxl.

Run: ``python benchmarks/intake.py``. CPU seconds of one process, measured side by side in one run.

Two baselines. *Reading alone*: `pandas.read_excel` with openpyxl against this product's reader. *The same work the
usual way*: each workbook through pandas with openpyxl, its header row sought, its columns matched to the same
dictionary with rapidfuzz, each cell parsed with the same parsers by `Series.map`, the frame validated with the same
pandera schema; without what the product does beyond that (findings, addresses, departments, readability).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pandas as pd
import xlsxwriter
from pandera.errors import SchemaErrors
from rapidfuzz import fuzz, process

import dxaudit as dx
from dxaudit.intake.dates import date
from dxaudit.intake.evidence import spellings
from dxaudit.intake.files import find_files
from dxaudit.intake.findings import as_frame, finding
from dxaudit.intake.numbers import number
from dxaudit.intake.schemas import schema
from dxaudit.intake.sheets import read_sheets
from dxaudit.intake.values import Parsed, category, items, tri, words
from dxaudit.intake.wording import header_key
from dxaudit.state import complete, letters
from dxaudit.vocabulary import load, tables

WORKBOOKS, ROWS = 100, 500
SPEC = {name: table["columns"] for name, table in tables().items()}


def invented():
    """The generator of the generative tests."""
    path = Path(__file__).parents[1] / "tests" / "generative" / "invented_returns.py"
    spec = spec_from_file_location("invented_returns", path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def write(folder: Path) -> dict[str, tuple[str, int]]:
    """The workbooks; gives each one's table and header row, which the usual way is told beforehand."""
    made = {}
    source = invented()
    for n in range(WORKBOOKS):
        one = source.invent(1000 + n, SPEC, size=ROWS)
        name = f"{n:03d}課.xlsx"
        with xlsxwriter.Workbook(folder / name) as book:
            sheet = book.add_worksheet("回答")
            for r, row in enumerate(one.rows):
                for c, value in enumerate(row):
                    if value != "":
                        sheet.write(r, c, value)
            for r0, c0, r1, c1 in one.merged:
                if (r0, c0) != (r1, c1):
                    sheet.merge_range(r0 - 1, c0 - 1, r1 - 1, c1 - 1, one.rows[r0 - 1][c0 - 1])
        made[name] = (one.table, one.header_rows[1])
    return made


def parser(table: str, column: str) -> Callable[[object], Parsed]:
    spec = SPEC[table][column]
    if spec["type"] == "num":
        return lambda v: number(v, spec.get("unit", ""))
    if spec["type"] == "date":
        return date
    if spec["type"] == "list":
        return items
    if spec["type"] == "tri":
        return tri
    if spec["type"] == "cat" and spec.get("values"):
        names, marks = spellings(table, column)
        return lambda v: category(v, names, marks)
    return words


def the_usual_way(folder: Path, known: dict[str, tuple[str, int]]) -> int:
    dictionaries = {}
    for table in SPEC:
        names = {
            header_key(s)[0]: c for c, e in SPEC[table].items() for s in (e["label"]["ja"], *e.get("synonyms", ()))
        }
        names |= {header_key(w)[0]: c for c, e in load("headers")[table].items() for w in e.get("words", ())}
        dictionaries[table] = names
    rows = 0
    frames, found = [], []
    for path in sorted(folder.glob("*.xlsx")):
        table, header = known[path.name]
        raw = pd.read_excel(path, header=None, engine="openpyxl", dtype=object).fillna("")
        columns = {}
        for c in range(raw.shape[1]):
            head = "_".join(v for v in raw.iloc[max(0, header - 2) : header, c] if v)
            best = process.extractOne(
                header_key(head)[0], list(dictionaries[table]), scorer=fuzz.ratio, score_cutoff=60
            )
            if best is None or dictionaries[table][best[0]] in columns:
                continue
            column = dictionaries[table][best[0]]
            parsed = raw.iloc[header:, c].map(parser(table, column))
            columns[column] = parsed.map(lambda p: p.value)
            for row, one in parsed.items():
                if one.issue:
                    cell = f"{letters(c + 1)}{row + 1}"
                    written, unit = raw.iat[row, c], SPEC[table][column].get("unit", "")
                    found.append(
                        finding(
                            one.issue, path.name, "回答", cell, table,
                            written=str(written), value=one.value, column=column, unit=unit, choices="", source=head,
                        )
                    )  # fmt: skip
        frame = complete(table, pd.DataFrame(columns))
        with suppress(SchemaErrors):
            schema(table).validate(frame, lazy=True)
        frames.append(frame)
        rows += len(frame)
    as_frame(found)
    return rows


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        known = write(folder)
        dx.read(next(iter(sorted(folder.glob("*.xlsx")))))  # imports and compiled patterns
        files, _ = find_files(folder)
        ours_reading, _ = seconds(lambda: [read_sheets(f) for f in files])
        pandas_reading, _ = seconds(
            lambda: [pd.read_excel(f.path, sheet_name=None, header=None, engine="openpyxl") for f in files]
        )
        ours, state = seconds(lambda: dx.read(folder))
        usual, _ = seconds(lambda: the_usual_way(folder, known))
    rows = int(state.sheets["accepted"].sum())
    print(f"{WORKBOOKS} workbooks, {rows:,} rows accepted, {len(state.findings):,} findings (CPU seconds)")
    for what, mine, theirs in (("reading alone", ours_reading, pandas_reading), ("the whole", ours, usual)):
        print(f"{what:14} dxaudit {mine:6.2f}   pandas + openpyxl {theirs:6.2f}   {theirs / mine:5.1f}x")


if __name__ == "__main__":
    main()
