"""Is every row accounted for, and do the totals of the source agree with its rows?"""

from __future__ import annotations

from typing import Any

from dxaudit.intake.assemble import ADDITIVE, Rows
from dxaudit.intake.columns import Mapping_
from dxaudit.intake.findings import Finding, figure, finding
from dxaudit.intake.headers import Block
from dxaudit.intake.places import Place
from dxaudit.intake.sheets import Sheet, folded, is_blank, shown
from dxaudit.intake.wording import header_unit
from dxaudit.settings import Settings
from dxaudit.state import CurrentState
from dxaudit.vocabulary import column_label, tables


def as_json(state: CurrentState) -> dict[str, Any]:
    """What `dxaudit check --json` writes: files, their sheets, rows, header map, and the findings.

    Returns
    -------
    dict
        ``{"files": [{"file", "sheets": [{"sheet", "table", "header_rows", "rows", "columns"}]}], "findings": […]}``;
        read = accepted + set_aside + ignored for every sheet. A sheet with several tables stands there once per
        table. ``header_rows`` is null where a sheet has no header. ``column`` is null where no shared canonical column
        corresponds; one that only this product keeps stands under ``beyond``. Of a turned sheet ``header_rows`` are
        the columns of its labels, or the row that names its records where that has no label.
    """
    files: dict[str, list[dict[str, Any]]] = {}
    for name in state.findings["file"]:
        if isinstance(name, str) and name:
            files.setdefault(name, [])
    known = dict.fromkeys(state.sheets["file"])
    files = {name: [] for name in (*known, *(n for n in files if n not in known))}
    mapped: dict[tuple, list[dict[str, Any]]] = {}
    for c in state.columns.itertuples(index=False):
        column = c.column if isinstance(c.column, str) else None
        beyond = column is not None and tables()[c.table]["columns"].get(column, {}).get("beyond", False)
        entry = {"source": c.source, "column": None if beyond else column}
        if beyond:
            entry["beyond"] = column
        mapped.setdefault((c.file, c.sheet, c.block), []).append(entry)
    for s in state.sheets.itertuples(index=False):
        has_header = s.header_first is not None and s.header_first == s.header_first
        files[s.file].append(
            {
                "sheet": s.sheet,
                "table": s.table if isinstance(s.table, str) else None,
                "header_rows": [int(s.header_first), int(s.header_last)] if has_header else None,
                "rows": {
                    "read": int(s.read),
                    "accepted": int(s.accepted),
                    "set_aside": int(s.set_aside),
                    "ignored": int(s.ignored),
                },
                "columns": mapped.get((s.file, s.sheet, s.block), []),
            }
        )
    shown_columns = ("severity", "rule", "file", "sheet", "cell", "message")
    findings = [
        {name: value if isinstance(value, str) else "" for name, value in zip(shown_columns, row, strict=True)}
        for row in state.findings[list(shown_columns)].itertuples(index=False, name=None)
    ]
    return {"files": [{"file": name, "sheets": sheets} for name, sheets in files.items()], "findings": findings}


def check_totals(sheet: Sheet, block: Block, chosen: Mapping_, rows: Rows, settings: Settings) -> list[Finding]:
    """Findings about totals of the source that its rows do not add up to.

    A total may sum the rows since the last total, all rows above it, or the subtotals above it: it agrees when
    one of the three does, within half a unit per row of rounding.
    """
    totals = {o.row for o in block.outside if o.reason == "total"}
    if not totals:
        return []
    place = Place(sheet, block, chosen.table)
    order = sorted((*block.body, *totals))
    spec = tables()[chosen.table]["columns"]
    found: list[Finding] = []
    agreed = 0
    for i, c in enumerate(block.columns):
        column = chosen.matches[i].column
        if column is None or spec[column]["type"] != "num" or spec[column].get("unit", "") not in ADDITIVE:
            continue
        reader = rows.reader(column, header_unit(block.headers[i]), block.headers[i], settings)
        cells = [sheet.rows[r][c] for r in order]
        reader.read(set(cells))
        since = whole = subtotals = 0.0
        counted = 0
        for r, value in zip(order, map(reader.values.__getitem__, cells), strict=True):
            if r not in totals:
                since, whole, counted = since + (value or 0.0), whole + (value or 0.0), counted + 1
                continue
            if value is None:
                since = 0.0
                continue
            near = max(0.5 * counted, 1e-6 * abs(value)) if float(value).is_integer() else max(0.01 * counted, 1e-6)
            sums = [s for s in (since, whole, subtotals) if s]
            if any(abs(value - s) <= min(near, 0.01 * abs(value) + 1e-9) or value == s for s in sums) or not sums:
                agreed += 1
            else:
                best = min(sums, key=lambda s: abs(value - s))
                named_as = column_label(chosen.table, column)
                found.append(
                    place.finding(
                        "total_mismatch", r, c, label=_label(sheet, block, r), column=named_as,
                        stated=figure(value), computed=figure(best),
                    )
                )  # fmt: skip
            subtotals += value
            since = 0.0
    if agreed:
        found.append(finding("total_checked", sheet.file, sheet.name, "", chosen.table, count=agreed))
    return found


def _label(sheet: Sheet, block: Block, row: int) -> str:
    for c in block.columns:
        value = sheet.rows[row][c]
        if isinstance(value, str) and not is_blank(value) and "計" in folded(value):
            return shown(value).strip()
    return shown(next(v for v in sheet.rows[row] if not is_blank(v))).strip()
