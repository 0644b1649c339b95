"""How well can a machine read a file, by the government's thirty rules?

Rules, levels, severities and deductions are those of 「行政データにおける機械可読性に関するルール」(令和8年3月31日)
and of the Digital Agency's published sample scorer (``vocabulary/readability.toml``). The judgement is our own
programme and no official view (公式見解ではない).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.intake.files import Refused, find_files
from dxaudit.intake.readability import level1, level2, level3
from dxaudit.intake.readability.layout import Page, Table, find_page
from dxaudit.intake.readability.markings import Markings, read_markings
from dxaudit.intake.readability.verdicts import NOT_JUDGED, OK, Verdict, offence
from dxaudit.intake.sheets import Sheet, is_blank, read_sheets
from dxaudit.intake.values import is_error
from dxaudit.vocabulary import load

COLUMNS = ("file", "sheet", "block", "rule", "level", "severity", "verdict", "count", "cells", "example")
RULES = {**level1.RULES, **level2.RULES, **level3.RULES}
LEAST_ALIKE = 0.8
"""Jaccard similarity of the header sets of two years below which they differ too much (published scorer)."""


def judge(path: Path) -> pd.DataFrame:
    """Verdicts of every rule on every table of a file, or of every file of a folder.

    Parameters
    ----------
    path : Path

    Returns
    -------
    DataFrame
        ``COLUMNS``: one row per file, sheet, table (``block`` 1, 2, …) and rule. ``verdict`` is ``ok``, ``ng`` or
        ``na`` (could not be judged); ``count`` offences, of which ``cells`` names the first twenty and ``example``
        shows one. A file that holds no table a machine can read (pdf, docx, html named .xlsx, damaged) has one row:
        ``ng`` in L1-01, with ``sheet`` "".

    Raises
    ------
    DxauditError
        The path does not exist, or the folder is empty.
    """
    files, refused = find_files(Path(path))
    sheets: list[Sheet] = []
    for source in files:
        try:
            sheets += read_sheets(source)
        except DxauditError:
            refused.append(Refused(source.name, "file_unreadable"))
    judged = judge_pages(find_pages(sheets))
    return pd.concat([judged, refused_files(r.name for r in refused)], ignore_index=True) if refused else judged


def refused_files(names: Iterable[str]) -> pd.DataFrame:
    """Verdicts of files that no program reads as a table: L1-01 is broken, the rest cannot be judged."""
    rows = [
        _row(name, "", 1, rule, offence([name], name) if rule == "L1-01" else NOT_JUDGED)
        for name in names
        for rule in _all_rules()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def find_pages(sheets: Iterable[Sheet]) -> list[Page]:
    """Sheets already read as pages: their tables, and formats, formulas, hidden rows and objects.

    The latter are read from ``Sheet.path`` once per workbook.
    """
    pages: list[Page] = []
    path: Path | None = None
    marks: dict[str, Markings] = {}
    for sheet in sheets:
        if sheet.path != path:
            path = sheet.path
            marks = read_markings(path) if sheet.kind == "xlsx" and path.is_file() else {}
        pages.append(find_page(sheet, marks.get(sheet.name, Markings())))
    return pages


def unvalued(page: Page) -> list[tuple[int, int]]:
    """0-based places of formulas whose result the file does not hold: they read as empty cells."""
    rows = page.sheet.rows
    return sorted(
        (r, c)
        for r, c in page.marks.formulas - page.marks.errors.keys()
        if r >= len(rows) or c >= len(rows[r]) or is_blank(rows[r][c])
    )


def failed(page: Page) -> list[tuple[int, int, str]]:
    """0-based places of formulas that failed, with what they show (#REF!, #N/A); in text as well, as a csv has them."""
    found = {(r, c): shown for (r, c), shown in page.marks.errors.items()}
    for table in page.tables:
        for column in page.columns(table):
            if "#" in column.signs:
                shown = {value: text for value, text in column.texts.items() if is_error(text)}
                found |= {
                    (column.first_row + i, column.place): shown[value]
                    for i, value in enumerate(column.values)
                    if value in shown
                }
    return sorted((r, c, shown) for (r, c), shown in found.items())


def judge_pages(pages: Sequence[Page]) -> pd.DataFrame:
    """Verdicts of every rule on every table of pages; as `judge`."""
    rows: list[tuple] = []
    for page in pages:
        sheet = page.sheet
        for block, table in enumerate(page.tables, start=1):
            rows += [_row(sheet.file, sheet.name, block, name, rule(page, table)) for name, rule in RULES.items()]
    for (file, sheet_name, block), verdict in years_alike(pages).items():
        rows.append(_row(file, sheet_name, block, "L3-07", verdict))
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    order = found["file"].map({f: i for i, f in enumerate(dict.fromkeys(found["file"]))})
    return found.assign(_file=order).sort_values(["_file"], kind="stable").drop(columns="_file").reset_index(drop=True)


def years_alike(pages: list[Page]) -> dict[tuple[str, str, int], Verdict]:
    """L3-07: tables whose files or sheets differ in name by the year only have the same columns.

    Judged where there are at least two years: header sets at least 0.8 alike (Jaccard), and common columns in the same
    order.
    """
    series: dict[str, list[tuple[tuple[str, str, int], list[str]]]] = {}
    found: dict[tuple[str, str, int], Verdict] = {}
    sheets_of = Counter(page.sheet.file for page in pages)
    for page in pages:
        for block, table in enumerate(page.tables, start=1):
            place = (page.sheet.file, page.sheet.name, block)
            found[place] = NOT_JUDGED
            names = _names(page, table)
            # The only sheet of a file may be called otherwise every year.
            sheet = page.sheet.name if sheets_of[page.sheet.file] > 1 else ""
            stem = _without_year(f"{page.sheet.file}\n{sheet}\n{block}")
            if stem is not None and names:
                series.setdefault(stem, []).append((place, names))
    for members in series.values():
        if len(members) < 2:
            continue
        for place, _ in members:
            found[place] = OK
        for (_, before), (place, after) in pairwise(sorted(members, key=lambda m: m[0])):
            common = set(before) & set(after)
            alike = len(common) / len(set(before) | set(after))
            ordered = [n for n in before if n in common] == [n for n in after if n in common]
            if alike < LEAST_ALIKE or not ordered:
                found[place] = offence(sorted(set(before) ^ set(after)) or sorted(common))
    return found


def _names(page: Page, table: Table) -> list[str]:
    return [n for n in (page.headers(table, c) for c in range(table.left, table.right + 1)) if n]


_YEAR = re.compile(r"(?<!\d)(19|20)\d{2}(0[1-9]|1[0-2])?(?!\d)|(令和|平成|昭和|[RHS])\s*(\d{1,2}|元)(?!\d)")


def _without_year(name: str) -> str | None:
    found, count = _YEAR.subn("", name)
    return found if count else None


def _all_rules() -> list[str]:
    return list(load("readability")["rules"])


def _row(file: str, sheet: str, block: int, rule: str, verdict: Verdict) -> tuple:
    severity = load("readability")["rules"][rule]["severity"]
    return (
        file, sheet, block, rule, int(rule[1]), severity,
        verdict.verdict, verdict.count, " ".join(verdict.cells), verdict.example,
    )  # fmt: skip


def scores(frame: pd.DataFrame) -> pd.DataFrame:
    """Level scores of every table, sheet and file.

    Parameters
    ----------
    frame : DataFrame
        What `judge` gives.

    Returns
    -------
    DataFrame
        ``file``, ``sheet``, ``block``, ``level``, ``score``, ``judged``, ``failed``. Rows of a sheet have ``block``
        NaN, rows of a file ``sheet`` NaN as well. ``score`` = max(0, 100 − Σ deductions) over the rules that were
        judged and failed, each table's failure by itself; 0 where a FATAL rule failed; NaN where no rule was judged.
        Rules that the published scorer does not score are left out.

    Examples
    --------
    >>> frame = pd.DataFrame([("a.xlsx", "一覧", 1, "L1-06", 1, "CRITICAL", "ng", 3, "A1", ""),
    ...                       ("a.xlsx", "一覧", 1, "L1-04", 1, "MAJOR", "ng", 1, "A9", ""),
    ...                       ("a.xlsx", "一覧", 1, "L1-02", 1, "FATAL", "ok", 0, "", "")], columns=COLUMNS)
    >>> scores(frame).query("sheet.isna() and level == 1")["score"].item()
    85.0
    """
    words = load("readability")
    scored = frame["rule"].map(lambda rule: words["rules"][rule]["scored"])
    counted = frame[scored.astype(bool) & (frame["verdict"] != "na")]
    lines: list[dict[str, object]] = []
    for keys in (["file", "sheet", "block"], ["file", "sheet"], ["file"]):
        known = frame[keys].drop_duplicates()
        groups = {(*_tuple(place), level): part for (*place, level), part in counted.groupby([*keys, "level"])}
        for place in known.itertuples(index=False, name=None):
            for level in (1, 2, 3):
                part = groups.get((*place, level))
                line = dict(zip(("file", "sheet", "block"), (*place, np.nan, np.nan), strict=False))
                lines.append({**line, "level": level, **_score(part, level)})
    columns = ["file", "sheet", "block", "level", "score", "judged", "failed"]
    return pd.DataFrame(lines, columns=columns)


def _tuple(place: object) -> tuple:
    return tuple(place) if isinstance(place, (list, tuple)) else (place,)


def _score(part: pd.DataFrame | None, level: int) -> dict[str, object]:
    if part is None or part.empty:
        return {"score": np.nan, "judged": 0, "failed": 0}
    failed = part.loc[part["verdict"] == "ng", "severity"]
    deductions = load("readability")["deductions"]
    if (failed == "FATAL").any():
        score = 0.0
    else:
        score = float(max(0, 100 - sum(deductions[severity][level - 1] for severity in failed)))
    return {"score": score, "judged": len(part), "failed": len(failed)}
