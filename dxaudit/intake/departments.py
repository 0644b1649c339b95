"""The department columns of all tables, resolved to the organisation.

How one name is read is told in `dxaudit.intake.unit_names`. Whatever was read otherwise than by its plain name, and
whatever was not read at all, is a finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from dxaudit.intake.unit_names import Reader, Reading, Unit, clean, ends, everyone, key, split, without_brackets
from dxaudit.intake.whose import Read, by_list, by_structure, names_to_read, texts
from dxaudit.settings import Settings
from dxaudit.state import FINDING_COLUMNS
from dxaudit.vocabulary import load, text

DEPARTMENT_COLUMNS = {
    "organization": "department",
    "businesses": "department",
    "systems": "owner_department",
    "survey": "department",
    "workflow": "department",
}
"""The column of each table that says whose row it is."""

LIST_COLUMNS = (("businesses", "related_departments"), ("systems", "user_departments"))

_WHY_SILENT = ("exact", "settings", "bureau", "section")
"""Readings that leave no room for doubt: no finding for them."""


def resolve(tables: Mapping[str, pd.DataFrame], settings: Settings) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Give every department column resolved names.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables by name, with the ``source_*`` columns; ``around`` (`dxaudit.intake.owners.Around`) where rows
        came from sheets, ``sections`` (names of 係) in an organisation list that has them.
    settings : Settings
        ``departments`` (written name → name in the organisation list) goes before everything else.

    Returns
    -------
    tables : dict of str to DataFrame
        New frames: department columns hold the resolved name (``"局名 課名"`` where two bureaus share a name), or the
        cleaned written one; ``department_written`` what the file said (課税係 of a row counted to 税務課);
        ``department_resolved`` whether the list knows it (NaN where the city sent no list). Of several departments
        in one cell the first owns the row (the last, where only spaces divide them); a business's others join
        ``related_departments``, a system's ``user_departments``.
    findings : DataFrame
        ``FINDING_COLUMNS`` and ``row``, ``column``, ``block`` (where the first of the rows stood, so that the reader
        of the file can write the cell). One finding per written name and sheet.
    """
    found = {name: frame.copy() for name, frame in tables.items()}
    listed = found.get("organization")
    has_list = listed is not None and bool(listed["department"].notna().any())
    held = {name: column for name, column in DEPARTMENT_COLUMNS.items() if name in found and len(found[name])}
    if has_list:
        reader = Reader(units_of_list(listed), settings.departments)
        read = {name: names_to_read(found[name], column, by_list(reader)) for name, column in held.items()}
    else:
        read = {name: names_to_read(found[name], column, by_structure) for name, column in held.items()}
        reader = Reader(units_of_inventories(found, {name: r.names for name, r in read.items()}), settings.departments)
    notes = _Notes()
    for table, column in held.items():
        _resolve_column(found[table], table, column, read[table], reader, has_list, notes)
        found[table] = found[table].drop(columns=["around", "sections"], errors="ignore")
    for table, column in LIST_COLUMNS:
        if table in found and len(found[table]):
            _resolve_list(found[table], table, column, reader, has_list, notes)
    if has_list:
        _listed_twice(found["organization"], notes)
    return found, notes.frame(has_list, bool(held))


def _listed_twice(organization: pd.DataFrame, notes: _Notes) -> None:
    """Say so where two lists (last year's and this year's) name a department: its headcounts would add up."""
    counted = organization[organization["headcount"].notna()]
    again = counted[counted["department"].duplicated(keep=False)]
    for name, rows in again.groupby("department", sort=False):
        if len(rows[["source_file", "source_sheet"]].drop_duplicates()) > 1:
            notes.add(
                "department_listed_twice", "warning", "listed_twice", organization, [rows.index[-1]], "organization",
                "headcount", name=name, count=len(rows),
            )  # fmt: skip


def units_of_list(organization: pd.DataFrame) -> tuple[Unit, ...]:
    """The units of an organisation list, rows of one bureau and name taken together."""
    gathered: dict[tuple[str, str], Unit] = {}
    sections = organization["sections"] if "sections" in organization else [()] * len(organization)
    columns = organization[["department_code", "bureau", "department", "predecessor"]]
    for line, own in zip(columns.itertuples(index=False), sections, strict=True):
        if not isinstance(line.department, str) or not clean(line.department):
            continue
        bureau = clean(line.bureau) if isinstance(line.bureau, str) else ""
        former = tuple(line.predecessor) if isinstance(line.predecessor, (tuple, list)) else ()
        name = clean(line.department)
        code = line.department_code if isinstance(line.department_code, str) else ""
        known = gathered.get((bureau, name), Unit(name, bureau))
        gathered[bureau, name] = replace(
            known,
            code=known.code or code,
            former=tuple(dict.fromkeys((*known.former, *former))),
            sections=tuple(dict.fromkeys((*known.sections, *(s for s in own if clean(s) != name)))),
        )
    return _told_apart(gathered.values())


def units_of_inventories(tables: Mapping[str, pd.DataFrame], names: Mapping[str, Sequence[str]]) -> tuple[Unit, ...]:
    """The units that the inventories themselves speak of, where the city sent no organisation list.

    ``names`` are what is read for each row's department, by table.
    Bureaus come from the bureau column or from names of the form "部　課". A name that another one explains (with a
    section behind it, its ending left out, …) is no unit of its own.
    """
    counted: dict[tuple[str, str], int] = {}
    for table, read in names.items():
        frame = tables[table]
        bureaus = frame["bureau"] if "bureau" in frame else pd.Series(np.nan, index=frame.index)
        pairs = pd.DataFrame({"name": list(read), "bureau": list(bureaus)})
        pairs = pairs[pairs["name"] != ""]
        for (name, bureau), number in pairs.value_counts(dropna=False).items():
            for place in _by_structure(name, bureau if isinstance(bureau, str) else ""):
                counted[place] = counted.get(place, 0) + number
    with_bureau = {name for bureau, name in counted if bureau}
    units = [Unit(name, bureau) for bureau, name in counted if bureau or name not in with_bureau]
    # The rarest first: of two spellings the commoner one stays.
    reader = Reader(units, {})
    rarest_first = sorted(units, key=lambda u: (counted[u.bureau, u.name], -len(u.name)))
    explained = {unit for unit in rarest_first if reader.explains_away(unit)}
    return _told_apart(unit for unit in units if unit not in explained)


def _told_apart(units: Iterable[Unit]) -> tuple[Unit, ...]:
    units = list(units)
    names = [key(u.name) for u in units]
    return tuple(
        replace(u, display=f"{u.bureau} {u.name}" if names.count(k) > 1 and u.bureau else u.name)
        for u, k in zip(units, names, strict=True)
    )


def _by_structure(written: str, bureau: str) -> list[tuple[str, str]]:
    """(bureau, name) of "部　課", "部　課　係", "部　課　課", "課"; nothing for what names no unit."""
    bare = without_brackets(unicodedata.normalize("NFKC", written)) if _divided(written) else written
    first, *others = split(bare, load("departments")["separators"]) or [""]
    # Of a department named beside another one the cell does not tell the bureau.
    beside = [("", clean(part)) for part in others if ends(part, "sure_endings") and " " not in clean(part)]
    cleaned = clean(first)
    if not cleaned or key(cleaned) in everyone() or re.fullmatch(r"[\d\s-]+", cleaned):
        return beside
    parts = [without_brackets(part) for part in cleaned.split(" ")]
    heads = 0
    while heads < len(parts) - 1 and ends(parts[heads], "bureau_endings") and ends(parts[heads + 1], "unit_endings"):
        heads += 1
    if heads:
        # A further 課 is a second department, of which this cell does not tell the bureau.
        further = [("", part) for part in parts[heads + 1 :] if ends(part, "sure_endings")]
        return [(" ".join(parts[:heads]), parts[heads]), *further, *beside]
    sure = [("", part) for part in parts if ends(part, "sure_endings")]
    if len(sure) > 1:
        return [*sure, *beside]
    return [(clean(bureau), without_brackets(cleaned)), *beside]


def _divided(written: str) -> bool:
    return any(separator in written for separator in load("departments")["separators"])


def _resolve_column(
    frame: pd.DataFrame, table: str, column: str, read: Read, reader: Reader, has_list: bool, notes: _Notes
) -> None:
    keys = list(zip(read.names, texts(frame, "bureau"), texts(frame, "department_code"), strict=True))
    readings = {place: reader.read(*place) for place in set(keys)}
    names, known, more = [], [], []
    for place in keys:
        reading = readings[place]
        names.append(reading.units[0].display if reading.resolved else clean(place[0]) or np.nan)
        known.append((reading.resolved if place[0] or reading.resolved else np.nan) if has_list else np.nan)
        more.append((*(u.display for u in reading.units[1:]), *reading.unread))
    # Blanks name no department, but stay what the file said.
    cells = frame[column].tolist()
    said = [
        own or name or (blank if blank.__class__ is str else "") or np.nan
        for own, name, blank in zip(read.written, read.names, cells, strict=True)
    ]
    frame["department_written"] = pd.Series(said, index=frame.index, dtype="str")
    frame[column] = pd.Series(names, index=frame.index, dtype="str")
    frame["department_resolved"] = pd.Series(known, index=frame.index, dtype=object)
    told = list(zip(keys, read.places, read.written, strict=True))
    for (place, where, own), rows in _grouped(frame, told):
        if where:
            notes.tell_place(frame, rows, table, column, own, where, readings[place], place[0])
        notes.tell(frame, rows, table, column, place, readings[place], reader, has_list)
    others = {"businesses": "related_departments", "systems": "user_departments"}.get(table)
    if others and any(more):
        joined = [(*(a if isinstance(a, tuple) else ()), *b) or a for a, b in zip(frame[others], more, strict=True)]
        frame[others] = pd.Series(joined, index=frame.index, dtype=object)


def _resolve_list(frame: pd.DataFrame, table: str, column: str, reader: Reader, has_list: bool, notes: _Notes) -> None:
    others = re.compile(load("departments")["and_others"])
    seen: dict[str, list[int]] = {}
    resolved: list[object] = []
    for label, value in zip(frame.index.tolist(), frame[column].tolist(), strict=True):
        if not isinstance(value, tuple):
            resolved.append(value)
            continue
        names: dict[str, None] = {}
        for item in value:
            bare = item if key(item) in everyone() else others.sub("", item).strip()
            if bare != item:
                seen.setdefault(item, []).append(label)
            if not bare:
                continue
            reading = Reading() if key(bare) in everyone() else reader.read(bare)
            if not reading.resolved and key(bare) not in everyone():
                seen.setdefault(bare, []).append(label)
            for name in [u.display for u in reading.units] or [clean(bare)]:
                names.setdefault(name)
        resolved.append(tuple(names))
    frame[column] = pd.Series(resolved, index=frame.index, dtype=object)
    for item, labels in seen.items():
        for (_, _), group in frame.loc[labels].groupby(["source_file", "source_sheet"], sort=False, dropna=False):
            rows = list(group.index)
            if others.sub("", item).strip() != item:
                notes.add("department_others", "info", "others", frame, rows, table, column, written=item)
            else:
                notes.tell(frame, rows, table, column, (item, "", ""), reader.read(item), reader, has_list)


def _grouped(frame: pd.DataFrame, keys: list) -> Iterator[tuple[tuple, list]]:
    """Rows by what was written, within each file and sheet: one finding each."""
    groups: dict[tuple, list] = {}
    where = (frame[part].tolist() for part in ("source_file", "source_sheet"))
    for label, file, sheet, place in zip(frame.index.tolist(), *where, keys, strict=True):
        groups.setdefault((file, sheet, place), []).append(label)
    for (_, _, place), rows in groups.items():
        yield place, rows


class _Notes:
    """Findings as they are met."""

    def __init__(self) -> None:
        self._found: list[dict[str, object]] = []

    def tell(
        self,
        frame: pd.DataFrame,
        rows: list,
        table: str,
        column: str,
        place: tuple[str, str, str],
        reading: Reading,
        reader: Reader,
        has_list: bool,
    ) -> None:
        written, _, code = place
        here = (frame, rows, table, column)
        if not written and not reading.resolved:
            if table != "organization":
                self.add("department_missing", "warning", "missing", *here)
            return
        if table == "organization":
            return
        if not reading.resolved:
            if reading.candidates:
                names = ", ".join(u.display for u in reading.candidates[:5])
                kind = "split" if reading.how == "split" else "ambiguous"
                self.add(f"department_{kind}", "warning", kind, *here, written=clean(written), nearest=names)
            elif has_list and key(written) not in everyone():
                self._unknown(written, reader, here)
            return
        name = reading.units[0].display
        if reading.how == "several":
            self.add("department_several", "warning", "several", *here, written=clean(written), name=name)
            for part in reading.unread if has_list else ():
                self._unknown(part, reader, here)
        elif reading.how not in _WHY_SILENT:
            severity = "warning" if reading.how == "other_bureau" else "info"
            why = text(f"quality.department.why.{reading.how}")
            self.add("department_read_as", severity, "read_as", *here, written=clean(written), name=name, why=why)
        coded = reader.by_code(code)
        if coded is not None and coded not in reading.units:
            self.add(
                "department_code_conflict",
                "warning",
                "code_conflict",
                *here,
                written=clean(written),
                code=code,
                name=coded.display,
            )

    def tell_place(
        self,
        frame: pd.DataFrame,
        rows: list,
        table: str,
        column: str,
        own: str,
        where: str,
        reading: Reading,
        name: str,
    ) -> None:
        """The department was taken from what stands around the rows; ``own`` is the section in their cell, or ""."""
        said = {
            "where": text(f"quality.department.place.{where}"),
            "name": reading.units[0].display if reading.resolved else clean(name),
        }
        here = (frame, rows, table, column)
        if not own:
            self.add("department_from_place", "info", "from_place", *here, **said)
            return
        # 係 below a 課 is how offices are built; a 室 or 館 that the list lacks may also be a department of its own.
        severity = "info" if ends(own, "sure_sections") else "warning"
        self.add("department_section", severity, "section", *here, written=clean(own), **said)

    def _unknown(self, written: str, reader: Reader, here: tuple) -> None:
        near = ", ".join(reader.nearest(written)) or text("quality.department.none_near")
        self.add("department_unknown", "warning", "unknown", *here, written=clean(written), nearest=near)

    def add(
        self,
        rule: str,
        severity: str,
        label: str,
        frame: pd.DataFrame,
        rows: list,
        table: str,
        column: str,
        **said: object,
    ) -> None:
        first = frame.loc[rows[0]]
        counted = text("quality.department.rows", count=len(rows)) if len(rows) > 1 else ""
        self._found.append(
            dict(
                severity=severity,
                rule=rule,
                file=first["source_file"],
                sheet=first["source_sheet"],
                cell=str(first["source_row"]),
                message=text(f"quality.department.{label}", rows=counted, **said),
                table=table,
                department=first[DEPARTMENT_COLUMNS[table]],
                row=first["source_row"],
                column=column,
                block=first["source_block"],
            )
        )

    def frame(self, has_list: bool, has_rows: bool) -> pd.DataFrame:
        if not has_list and has_rows:
            self._found.append(
                dict(severity="info", rule="organization_missing", file="", sheet="", cell="",
                     message=text("quality.department.no_list"), table="organization")
            )  # fmt: skip
        return pd.DataFrame(self._found, columns=[*FINDING_COLUMNS, "row", "column", "block"])
