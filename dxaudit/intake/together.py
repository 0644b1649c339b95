"""What do the rows of all files say only together: ids of their own, bureaus, one list of findings?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pandas as pd

from dxaudit.identity import system_ids
from dxaudit.intake.findings import Finding, finding
from dxaudit.intake.owners import unit_in
from dxaudit.intake.sheets import folded
from dxaudit.intake.unit_names import folded as spelled
from dxaudit.state import FINDING_COLUMNS, CurrentState
from dxaudit.vocabulary import column_label


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    held = [part[list(FINDING_COLUMNS)].astype("str") for part in parts if len(part)]
    if not held:
        return pd.DataFrame(columns=list(FINDING_COLUMNS))
    joined = pd.concat(held, ignore_index=True)
    order = joined["severity"].map({"error": 0, "warning": 1, "info": 2})
    return joined.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def addressed(found: pd.DataFrame, state: CurrentState) -> pd.DataFrame:
    """Findings about departments, with the cell in place of row, column and block."""
    cells = []
    for line in found.itertuples(index=False):
        row = pd.Series(
            dict(source_file=line.file, source_sheet=line.sheet, source_row=line.row, source_block=line.block)
        )
        known = isinstance(line.file, str) and line.row == line.row and line.row not in (None, "")
        cells.append((state.cell(row, line.column) or str(line.cell)) if known else line.cell)
    return found.assign(cell=cells)


def of_departments(found: pd.DataFrame, state: CurrentState) -> pd.DataFrame:
    """Findings about whole files from which nothing was read, with the department that the file's name names."""
    unread = ~found["file"].isin(state.sheets["file"]) & (found["file"] != "")
    if not unread.any():
        return found
    known = {spelled(d): d for d in state.departments()}
    department = found["department"].astype(object)
    for label, file in found.loc[unread, "file"].items():
        *folders, name = PurePosixPath(file).parts
        names = (unit_in(place) for place in (name.rpartition(".")[0], *reversed(folders)))
        department[label] = next((known[spelled(n)] for n in names if spelled(n) in known), "")
    return found.assign(department=department.astype("str"))


def bureaus_of_places(tables: dict[str, pd.DataFrame], titles: Mapping[tuple[str, str, int], str]) -> list[Finding]:
    """Rows without a bureau get the one that title, sheet, file or folder names, where the organisation list has it."""
    listed = [b for b in tables["organization"]["bureau"].dropna().unique() if len(b) > 1]
    found: list[Finding] = []
    if not listed:
        return found
    keys = {folded(name): name for name in sorted(listed, key=len)}
    for table in ("businesses", "systems", "survey"):
        frame = tables[table]
        open_rows = frame["bureau"].isna()
        if not open_rows.any():
            continue
        bureaus = frame["bureau"].astype(object)
        for (file, sheet, block), rows in frame[open_rows].groupby(
            ["source_file", "source_sheet", "source_block"], sort=False
        ):
            named = _named_in((titles.get((file, sheet, block), ""), sheet, *reversed(Path(file).parts)), keys)
            if named:
                bureaus.loc[rows.index] = named
                found.append(finding("bureau_from_place", file, sheet, "", table, value=named, count=len(rows)))
        tables[table] = frame.assign(bureau=bureaus.astype("str"))
    return found


def _named_in(places: tuple[str, ...], keys: Mapping[str, str]) -> str:
    """The one bureau that the nearest of ``places`` names; "" where none or several."""
    for place in places:
        key = folded(place)
        hits = [k for k in keys if k in key]
        hits = [k for k in hits if not any(k != other and k in other for other in hits)]
        if len(hits) == 1:
            return keys[hits[0]]
        if hits:
            return ""
    return ""


def identify(tables: dict[str, pd.DataFrame]) -> list[Finding]:
    """Every system its own id (`dxaudit.identity`); findings about numbers that one list gives twice."""
    found: list[Finding] = []
    for table, column in (("businesses", "business_id"), ("systems", "system_id")):
        frame = tables[table]
        parts = ("source_file", "source_sheet", "source_block", column)
        places = list(zip(*(frame[part].tolist() for part in parts), strict=True))
        counted = Counter(place for place in places if isinstance(place[3], str))
        for (file, sheet, block, given), times in counted.items():
            if times > 1:
                first = places.index((file, sheet, block, given))
                cell = str(frame["source_row"].iloc[places.index((file, sheet, block, given), first + 1)])
                found.append(
                    finding(
                        "duplicate_id", file, sheet, cell, table,
                        column=column_label(table, column), value=given, count=times,
                    )
                )  # fmt: skip
    systems = tables["systems"]
    ids = pd.Series(system_ids(systems), index=systems.index, dtype="str")
    tables["systems"] = systems.assign(system_id=ids, system_id_written=systems["system_id"])
    return found
