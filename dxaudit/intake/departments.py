"""Which department of the organisation does a written name mean?

Names are compared by keys (NFKC, no spaces, no brackets; then with variants and short forms written out), never by
similarity: similarity only offers the nearest names for what did not resolve. What may stand around a name (bureau in
front, section behind), be left out ("課") or lead to it (code, predecessor, settings) is told in
``vocabulary/departments.toml``. Whatever was read otherwise than by its plain name is a finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process

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


@dataclass(frozen=True)
class Unit:
    """A department of the organisation; ``display`` tells it apart from others of its name."""

    name: str
    bureau: str = ""
    code: str = ""
    former: tuple[str, ...] = ()
    display: str = ""


@dataclass(frozen=True)
class Reading:
    """What a written name means: one unit, several (``how`` "several"), or none with the candidates it might be."""

    units: tuple[Unit, ...] = ()
    how: str = ""
    candidates: tuple[Unit, ...] = ()

    @property
    def resolved(self) -> bool:
        return len(self.units) > 0


def resolve(tables: Mapping[str, pd.DataFrame], settings: Settings) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Give every department column resolved names.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables by name, with the ``source_*`` columns.
    settings : Settings
        ``departments`` (written name → name in the organisation list) goes before everything else.

    Returns
    -------
    tables : dict of str to DataFrame
        New frames: department columns hold the resolved name (``"局名 課名"`` where two bureaus share a name), or the
        cleaned written one; ``department_written`` what the file said; ``department_resolved`` whether the list knows
        it (NaN where the city sent no list). Of several departments in one cell the first owns the row (the last,
        where only spaces divide them); a business's others join ``related_departments``, a system's
        ``user_departments``.
    findings : DataFrame
        ``FINDING_COLUMNS`` and ``row``, ``column``, ``block`` (where the first of the rows stood, so that the reader
        of the file can write the cell). One finding per written name and sheet.
    """
    found = {name: frame.copy() for name, frame in tables.items()}
    listed = found.get("organization")
    has_list = listed is not None and bool(listed["department"].notna().any())
    units = units_of_list(listed) if has_list else units_of_inventories(found)
    reader = Reader(units, settings.departments)
    notes = _Notes()
    for table, column in DEPARTMENT_COLUMNS.items():
        if table in found and len(found[table]):
            _resolve_column(found[table], table, column, reader, has_list, notes)
    for table, column in LIST_COLUMNS:
        if table in found and len(found[table]):
            _resolve_list(found[table], table, column, reader, has_list, notes)
    return found, notes.frame(has_list, any(len(found[t]) for t in DEPARTMENT_COLUMNS if t in found))


def units_of_list(organization: pd.DataFrame) -> tuple[Unit, ...]:
    """The units of an organisation list, rows of one bureau and name taken together."""
    gathered: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for line in organization[["department_code", "bureau", "department", "predecessor"]].itertuples(index=False):
        if not isinstance(line.department, str) or not clean(line.department):
            continue
        bureau = clean(line.bureau) if isinstance(line.bureau, str) else ""
        former = tuple(line.predecessor) if isinstance(line.predecessor, (tuple, list)) else ()
        place = (bureau, clean(line.department))
        code, known = gathered.get(place, ("", ()))
        own = line.department_code if isinstance(line.department_code, str) else ""
        gathered[place] = (code or own, tuple(dict.fromkeys((*known, *former))))
    return _told_apart(Unit(name, bureau, code, former) for (bureau, name), (code, former) in gathered.items())


def units_of_inventories(tables: Mapping[str, pd.DataFrame]) -> tuple[Unit, ...]:
    """The units that the inventories themselves speak of, where the city sent no organisation list.

    Bureaus come from the bureau column or from names of the form "部　課". A name that another one explains (with a
    section behind it, its ending left out, …) is no unit of its own.
    """
    counted: dict[tuple[str, str], int] = {}
    for table, column in DEPARTMENT_COLUMNS.items():
        frame = tables.get(table)
        if frame is None or not len(frame):
            continue
        bureaus = frame["bureau"] if "bureau" in frame else pd.Series(np.nan, index=frame.index)
        pairs = pd.DataFrame({"name": frame[column], "bureau": bureaus}).dropna(subset="name")
        for (name, bureau), number in pairs.value_counts(dropna=False).items():
            for place in _by_structure(name, bureau if isinstance(bureau, str) else ""):
                counted[place] = counted.get(place, 0) + number
    with_bureau = {name for bureau, name in counted if bureau}
    units = [Unit(name, bureau) for bureau, name in counted if bureau or name not in with_bureau]
    # The rarest first: of two spellings the commoner one stays.
    remaining = {(u.bureau, u.name): u for u in units}
    for unit in sorted(units, key=lambda u: (counted[u.bureau, u.name], -len(u.name))):
        others = [u for place, u in remaining.items() if place != (unit.bureau, unit.name)]
        reading = Reader(others, {}).read(unit.name, unit.bureau)
        if reading.resolved and reading.how not in ("exact", "other_bureau"):
            del remaining[unit.bureau, unit.name]
    return _told_apart(remaining.values())


def _told_apart(units: Iterable[Unit]) -> tuple[Unit, ...]:
    units = list(units)
    names = [key(u.name) for u in units]
    return tuple(
        Unit(u.name, u.bureau, u.code, u.former, f"{u.bureau} {u.name}" if names.count(k) > 1 and u.bureau else u.name)
        for u, k in zip(units, names, strict=True)
    )


def _by_structure(written: str, bureau: str) -> list[tuple[str, str]]:
    """(bureau, name) of "部　課", "部　課　係", "部　課　課", "課"; nothing for what names no unit."""
    cleaned = clean(written)
    if not cleaned or key(cleaned) in _everyone() or re.fullmatch(r"[\d\s-]+", cleaned):
        return []
    if any(s in cleaned for s in load("departments")["separators"]):
        return []
    parts = [_without_brackets(part) for part in cleaned.split(" ")]
    heads = 0
    while heads < len(parts) - 1 and _ends(parts[heads], "bureau_endings") and _ends(parts[heads + 1], "unit_endings"):
        heads += 1
    if heads:
        # A further 課 is a second department, of which this cell does not tell the bureau.
        further = [("", part) for part in parts[heads + 1 :] if _ends(part, "sure_endings")]
        return [(" ".join(parts[:heads]), parts[heads]), *further]
    sure = [("", part) for part in parts if _ends(part, "sure_endings")]
    if len(sure) > 1:
        return sure
    return [(clean(bureau), _without_brackets(cleaned))]


# --- keys ------------------------------------------------------------------------------------------------------------


def clean(name: str) -> str:
    """A name as it is shown: layout spaces closed ("総　務　課"), others one half-width space; nothing else changed."""
    tokens = name.replace("\u3000", " ").split()
    if len(tokens) > 1 and all(len(t) == 1 for t in tokens):
        return "".join(tokens)
    return " ".join(tokens)


@cache
def key(name: str) -> str:
    """A name for comparing: NFKC, lower case, without spaces and bracketed remarks."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = re.sub(r"\s+", "", _without_brackets(folded))
    return bare or re.sub(r"[\s()\[\]]+", "", folded)


@cache
def folded(name: str) -> str:
    """`key` with variant characters and short forms written out, so that both spellings meet."""
    words = load("departments")
    found = key(name)
    for written, meant in words["variants"].items():
        found = found.replace(written, meant)
    for short, full in words["abbreviations"].items():
        rest = full.removeprefix(short) if full.startswith(short) else ""
        found = re.sub(re.escape(short) + (f"(?!{re.escape(rest)})" if rest else ""), full, found)
    return found


def _without_brackets(name: str) -> str:
    return re.sub(r"[(（\[［【〔].*?[)）\]］】〕]", "", name).strip() or name


@cache
def _everyone() -> frozenset[str]:
    return frozenset(key(word) for word in load("departments")["everyone"])


@cache
def _endings(kind: str) -> tuple[str, ...]:
    return tuple(load("departments")[kind])


def _ends(name: str, kind: str) -> bool:
    return key(name).endswith(_endings(kind))


def _code(text_or_none: object) -> str:
    """A code for comparing: digits without leading zeros; "" where there is none."""
    if not isinstance(text_or_none, str):
        return ""
    digits = unicodedata.normalize("NFKC", text_or_none).strip().removesuffix(".0").replace("-", "")
    return digits.lstrip("0") if digits.isdecimal() else digits.casefold()


# --- reading one name ------------------------------------------------------------------------------------------------


class Reader:
    """Reads written names against fixed units; remembers what it has read."""

    def __init__(self, units: Iterable[Unit], stated: Mapping[str, str]) -> None:
        self.units = tuple(units)
        self._indexes = tuple((keyer, _index(self.units, keyer)) for keyer in (key, folded))
        self._formers = tuple((keyer, _former_index(self.units, keyer)) for keyer in (key, folded))
        self._bureaus = {key(u.bureau) for u in self.units if u.bureau}
        self._bureaus |= {part for u in self.units for part in map(key, u.bureau.split(" ")) if part}
        self._codes: dict[str, list[Unit]] = {}
        for unit in self.units:
            if _code(unit.code):
                self._codes.setdefault(_code(unit.code), []).append(unit)
        self._stated = {key(written): meant for written, meant in stated.items()}
        self._choices = {u.display: key(u.display) for u in self.units}
        self._read: dict[tuple[str, str, str], Reading] = {}

    def read(self, written: str, bureau: str = "", code: str = "") -> Reading:
        """What ``written`` means, with the bureau and the code that the row carries beside it."""
        place = (written, bureau, code)
        if place not in self._read:
            self._read[place] = self._decide(*place)
        return self._read[place]

    def nearest(self, written: str, count: int = 3) -> list[str]:
        """The names most like ``written``, for a person to choose from."""
        near = process.extract(key(written), self._choices, scorer=fuzz.ratio, limit=count, score_cutoff=40)
        return [name for _, _, name in near]

    def _decide(self, written: str, bureau: str, code: str) -> Reading:
        stated = self._stated.get(key(written))
        if stated is not None:
            exact = [u for u in self.units if key(stated) in (key(u.display), key(u.name), key(u.bureau + u.name))]
            if len(exact) == 1:
                return Reading((exact[0],), "settings")
            return Reading((), "stated", tuple(exact))
        name, own_code = _code_apart(written)
        code = own_code or code
        coded = self._codes.get(_code(code), []) if _code(code) else []
        reading = self._by_name(name, bureau) if name else Reading()
        if reading.resolved:
            return reading
        if len(coded) == 1 and (not reading.candidates or coded[0] in reading.candidates):
            return Reading((coded[0],), "exact" if not name or reading.candidates else "code")
        if reading.candidates or not name:
            return reading
        return self._several(name, bureau) or reading

    def by_code(self, code: str) -> Unit | None:
        """The unit of a code, leading zeros or not; None where no unit or more than one has it."""
        units = self._codes.get(_code(code), []) if _code(code) else []
        return units[0] if len(units) == 1 else None

    def _by_name(self, name: str, bureau: str) -> Reading:
        undecided: tuple[Unit, ...] = ()
        for how, indexes in (("", self._indexes), ("former", self._formers)):
            for keyer, index in indexes:
                reading = self._by_key(keyer(name), index, key(bureau), keyer is folded)
                if reading.resolved:
                    return Reading(reading.units, how or reading.how)
                undecided = undecided or reading.candidates
            if undecided:
                return Reading((), "split" if how else "ambiguous", undecided)
        return Reading()

    def _by_key(self, written: str, index: Mapping[str, list[Unit]], bureau: str, was_folded: bool) -> Reading:
        plain = "variant" if was_folded else "exact"
        if written in index:
            return self._one_of(index[written], bureau, plain)
        inside = self._inside(written, index, bureau)
        if inside is not None:
            return Reading(inside.units, "variant", inside.candidates) if was_folded else inside
        lengthened = {u: None for e in _endings("omitted_endings") for u in index.get(written + e, ())}
        if not lengthened:
            for ending in _endings("omitted_endings"):
                further = self._inside(written + ending, index, bureau)
                if further is not None and further.how == "bureau":
                    lengthened |= dict.fromkeys(further.units)
        return self._one_of(list(lengthened), bureau, "ending") if lengthened else Reading()

    def _one_of(self, units: list[Unit], bureau: str, how: str) -> Reading:
        if len(units) == 1:
            unit = units[0]
            if bureau and unit.bureau and not _same_bureau(bureau, unit.bureau):
                if bureau in self._bureaus and key(unit.name) in _common():
                    return Reading((), "", (unit,))
                return Reading((unit,), "other_bureau" if how == "exact" else how)
            return Reading((unit,), how)
        narrowed = [u for u in units if bureau and u.bureau and _same_bureau(bureau, u.bureau)]
        if len(narrowed) == 1:
            return Reading((narrowed[0],), how)
        return Reading((), "", tuple(narrowed or units))

    def _inside(self, written: str, index: Mapping[str, list[Unit]], bureau: str) -> Reading | None:
        """A unit's name inside ``written``: bureau in front, section behind. The innermost and longest name wins."""
        best: tuple[int, int] | None = None
        chosen: Reading | None = None
        for name, units in index.items():
            start = written.rfind(name) if name else -1
            while start >= 0:
                front, behind = written[:start], written[start + len(name) :]
                if (not behind or behind.endswith(_endings("section_endings"))) and (
                    best is None or (start + len(name), len(name)) > best
                ):
                    reading = self._with_front(front, behind, units, bureau)
                    if reading is not None:
                        best, chosen = (start + len(name), len(name)), reading
                start = written.rfind(name, 0, start + len(name) - 1)
        return chosen

    def _with_front(self, front: str, behind: str, units: list[Unit], bureau: str) -> Reading | None:
        how = "section" if behind else "bureau"
        if not front:
            return self._one_of(units, bureau, how)
        is_bureau = front.endswith(_endings("bureau_endings")) or front in self._bureaus
        # 「福祉」 of 福祉総務課 is part of the name, whatever 福祉部 has.
        fitting = [u for u in units if is_bureau and u.bureau and _same_bureau(front, u.bureau)]
        if fitting:
            return self._one_of(fitting, bureau, how)
        for keyer, index in self._indexes:
            # 課 in front of 室: the front is itself a unit, perhaps with its bureau.
            if keyer(front) in index and not _ends(units[0].name, "sure_endings"):
                return self._one_of(units, bureau, how)
        if front in self._bureaus or not front.endswith(_endings("bureau_endings")):
            return None
        unknown = [u for u in units if not u.bureau]
        if unknown:
            return self._one_of(unknown, bureau, how)
        if len(units) == 1 and key(units[0].name) not in _common():
            return Reading((units[0],), "other_bureau")
        return None

    def _several(self, name: str, bureau: str) -> Reading | None:
        words = load("departments")
        for separators in (words["separators"], [*words["separators"], *words["weak_separators"]]):
            parts = _split(name, separators)
            readings = [self._by_name(part, bureau) for part in parts]
            if len(parts) > 1 and all(r.resolved for r in readings):
                return _joined(readings)
        parts = clean(unicodedata.normalize("NFKC", name)).split(" ")
        if len(parts) > 2 and not self._by_name(parts[0], bureau).resolved:
            parts, bureau = parts[1:], parts[0]
        readings = [self._by_name(part, bureau) for part in parts]
        if len(parts) > 1 and all(r.resolved for r in readings):
            # "部　課　課": published inventories name the section in charge last, before it the one that leads.
            return _joined([readings[-1], *readings[:-1]])
        return None


def _index(units: Iterable[Unit], keyer) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        found.setdefault(keyer(unit.name), []).append(unit)
    return found


def _former_index(units: Iterable[Unit], keyer) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = {}
    for unit in units:
        for name in unit.former:
            # A predecessor may be written with its bureau: both forms lead to its successor.
            for form in {keyer(name), keyer(clean(name).rpartition(" ")[2])}:
                if unit not in found.setdefault(form, []):
                    found[form].append(unit)
    return found


@cache
def _common() -> frozenset[str]:
    return frozenset(key(name) for name in load("departments")["common_names"])


@cache
def _same_bureau(written: str, listed: str) -> bool:
    """Whether a written bureau is the listed one, or an upper or lower part of its full path."""
    ours, theirs = folded(written), folded(listed)
    if not ours or not theirs:
        return False
    last = folded(listed.rpartition(" ")[2])
    return (
        ours in (theirs, last)
        or ours.endswith(theirs)
        or theirs.endswith(ours)
        or theirs.startswith(ours)
        or any(ours + ending in (theirs, last) for ending in ("部", "局"))
    )


def _code_apart(written: str) -> tuple[str, str]:
    """Name and code of "0102 市民課", "市民課(0102)", "0102"."""
    cleaned = unicodedata.normalize("NFKC", written).strip()
    if re.fullmatch(r"[0-9][0-9-]*(\.0)?", cleaned):
        return "", cleaned
    match = re.fullmatch(r"([0-9]{2,})[\s:.,_-]*([^0-9\s].*)", cleaned) or None
    if match:
        return match[2], match[1]
    match = re.fullmatch(r"(.*\S)\s*\(\s*([0-9]{2,})\s*\)", cleaned)
    return (match[1], match[2]) if match else (written, "")


def _split(name: str, separators: Iterable[str]) -> list[str]:
    pattern = "|".join(re.escape(s) for s in separators)
    return [part.strip() for part in re.split(pattern, name) if part.strip()]


def _joined(readings: list[Reading]) -> Reading:
    units = tuple(dict.fromkeys(u for r in readings for u in r.units))
    return Reading(units, "several" if len(units) > 1 else "section")


# --- whole columns ---------------------------------------------------------------------------------------------------


def _resolve_column(
    frame: pd.DataFrame, table: str, column: str, reader: Reader, has_list: bool, notes: _Notes
) -> None:
    written = frame[column]
    bureaus = frame["bureau"] if "bureau" in frame else pd.Series(np.nan, index=frame.index)
    codes = frame["department_code"] if "department_code" in frame else pd.Series(np.nan, index=frame.index)
    keys = list(zip(written.map(_text), bureaus.map(_text), codes.map(_text), strict=True))
    readings = {place: reader.read(*place) for place in set(keys)}
    names, known, more = [], [], []
    for place in keys:
        reading = readings[place]
        names.append(reading.units[0].display if reading.resolved else clean(place[0]) or np.nan)
        known.append((reading.resolved if place[0] or reading.resolved else np.nan) if has_list else np.nan)
        more.append(tuple(u.display for u in reading.units[1:]))
    frame["department_written"] = written
    frame[column] = pd.Series(names, index=frame.index, dtype="str")
    frame["department_resolved"] = pd.Series(known, index=frame.index, dtype=object)
    for place, rows in _grouped(frame, keys):
        notes.tell(frame, rows, table, column, place, readings[place], reader, has_list)
    others = {"businesses": "related_departments", "systems": "user_departments"}.get(table)
    if others and any(more):
        joined = [(*(a if isinstance(a, tuple) else ()), *b) or a for a, b in zip(frame[others], more, strict=True)]
        frame[others] = pd.Series(joined, index=frame.index, dtype=object)


def _resolve_list(frame: pd.DataFrame, table: str, column: str, reader: Reader, has_list: bool, notes: _Notes) -> None:
    others = re.compile(load("departments")["and_others"])
    seen: dict[str, list[int]] = {}
    resolved: list[object] = []
    for label, value in frame[column].items():
        if not isinstance(value, tuple):
            resolved.append(value)
            continue
        names: dict[str, None] = {}
        for item in value:
            bare = item if key(item) in _everyone() else others.sub("", item).strip()
            if bare != item:
                seen.setdefault(item, []).append(label)
            if not bare:
                continue
            reading = Reading() if key(bare) in _everyone() else reader.read(bare)
            if not reading.resolved and key(bare) not in _everyone():
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


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _grouped(frame: pd.DataFrame, keys: list) -> Iterator[tuple[tuple, list]]:
    """Rows by what was written, within each file and sheet: one finding each."""
    groups: dict[tuple, list] = {}
    for label, file, sheet, place in zip(frame.index, frame["source_file"], frame["source_sheet"], keys, strict=True):
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
            elif has_list and key(written) not in _everyone():
                near = ", ".join(reader.nearest(written)) or text("quality.department.none_near")
                self.add("department_unknown", "warning", "unknown", *here, written=clean(written), nearest=near)
            return
        name = reading.units[0].display
        if reading.how == "several":
            self.add("department_several", "warning", "several", *here, written=clean(written), name=name)
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
