"""Tables of sheets → typed rows of the canonical tables, with the findings about their cells."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dxaudit.intake.columns import KEY_COLUMNS, Mapping_
from dxaudit.intake.dates import date, ends
from dxaudit.intake.evidence import spellings
from dxaudit.intake.findings import MOST_OF_ONE_KIND, Finding, figure
from dxaudit.intake.headers import Block
from dxaudit.intake.numbers import number_reader, unit
from dxaudit.intake.options import asked, decoded, explained, legend
from dxaudit.intake.owners import OWNERS, around, deepest, sections_of
from dxaudit.intake.places import Place
from dxaudit.intake.rows import Outside
from dxaudit.intake.sheets import BLANKS, Cell, Sheet, folded, is_blank, shown
from dxaudit.intake.values import Parsed, category, dittos, is_missing, items, likert, tri, words
from dxaudit.intake.wording import header_unit
from dxaudit.settings import Settings
from dxaudit.state import letters
from dxaudit.vocabulary import column_label, tables

ADDITIVE = ("件/年", "時間/年", "千円", "千円/年", "人")
"""Units whose numbers add up: a merged number must not be counted in every row that it spans."""


class Reader:
    """A parser with what it has read: values by raw cell, and issues of those a person should look at."""

    def __init__(self, parse: Callable[[Cell], Parsed]) -> None:
        self._parse = parse
        self.values: dict[Cell, Any] = {"": None}
        self.issues: dict[Cell, str] = {}

    def read(self, cells: Iterable[Cell]) -> None:
        """Parse the cells not met before."""
        values, issues, parse = self.values, self.issues, self._parse
        for cell in cells:
            if cell not in values:
                values[cell], issue = parse(cell)
                if issue:
                    issues[cell] = issue


@dataclass
class Rows:
    """Rows of one canonical table gathered over all files, column by column."""

    table: str
    columns: dict[str, list[Any]] = field(default_factory=dict)
    extras: dict[str, dict[int, Cell]] = field(default_factory=dict)
    count: int = 0
    readers: dict[tuple, Reader] = field(default_factory=dict)
    """By column, unit and kind of year: what reads the cells."""

    def reader(self, column: str, unit_: str, header: str, settings: Settings) -> Reader:
        """What reads the cells of ``column`` under ``header``; one for all sheets, so that each text is read once."""
        how = (column, unit_, "年度" in header)
        if how not in self.readers:
            self.readers[how] = Reader(_parser(self.table, *how, settings))
        return self.readers[how]

    def extend(self, given: dict[str, list[Any]], extras: dict[str, Sequence[Cell]], count: int) -> None:
        """Add ``count`` rows; columns not given are missing in them."""
        for name, values in given.items():
            column = self.columns.setdefault(name, [None] * self.count)
            column.extend(values)
        for name, values in extras.items():
            held = self.extras.setdefault(name, {})
            held.update((self.count + i, v) for i, v in enumerate(values) if v != "")
        self.count += count
        for column in self.columns.values():
            if len(column) < self.count:
                column.extend([None] * (self.count - len(column)))


@dataclass(frozen=True)
class Taken:
    """What one block gave: rows accepted (0-based sheet rows), rows set aside, findings, parsed numbers by column."""

    accepted: tuple[int, ...]
    set_aside: tuple[Outside, ...]
    findings: tuple[Finding, ...]
    shared: tuple[tuple[int, str], ...] = ()


def take(sheet: Sheet, block: Block, chosen: Mapping_, rows: Rows, settings: Settings, heading: str = "") -> Taken:
    """Parse a block's records into ``rows``; what cannot be a record is set aside.

    ``heading`` are the texts above the sheet's first table.
    """
    table = chosen.table
    place = Place(sheet, block, table)
    spec = tables()[table]["columns"]
    found: list[Finding] = []
    spans = _spans_down(sheet, block)
    raw: dict[int, Sequence[Cell]] = {}
    held = block.values(sheet)
    for i, c in enumerate(block.columns):
        column = chosen.matches[i].column
        values: Sequence[Cell] = held[i]
        if column:
            values = _filled(values, sheet, block, i, column, spans.get(c, ()), place, found)
            if spec[column]["type"] in ("tri", "cat"):
                values = _decoded(values, column, block, i, place, found)
        raw[i] = values
    key_missing = _without_key(table, chosen, raw, len(block.body))
    keep = [k for k in range(len(block.body)) if k not in key_missing]
    accepted = tuple(block.body[k] for k in keep)
    name = KEY_COLUMNS[table][-1] if KEY_COLUMNS[table] else next(iter(spec))
    position = chosen.position(name)
    at = block.columns[position] if position is not None else block.columns[0]
    named = (block.headers[position] if position is not None else "") or column_label(table, name)
    aside = tuple(Outside(block.body[k], "set_aside", "no_key", named) for k in sorted(key_missing))
    for k in sorted(key_missing):
        found.append(place.finding("row_without_key", block.body[k], at, column=named))
    given: dict[str, list[Any]] = {}
    extras: dict[str, Sequence[Cell]] = {}
    shared: list[tuple[int, str]] = []
    far_ends: list[tuple[str, list[Any]]] = []
    for i, c in enumerate(block.columns):
        column, header = chosen.matches[i].column, block.headers[i]
        values = [raw[i][k] for k in keep] if key_missing else raw[i]
        if column is None:
            if any(v != "" for v in values):
                name = header or letters(c + 1)
                extras[name if name not in extras else f"{name} ({letters(c + 1)})"] = values
            continue
        above = header_unit(header) or _unit_above(block.above, spec[column])
        reader = rows.reader(column, above, header, settings)
        parsed = _column(column, values, reader, above, place, accepted, c, header, found)
        if column in given:
            given[column] = _together(given[column], parsed)
        else:
            given[column] = parsed
        other, spans = _other_end(table, column, values)
        if other:
            reader = rows.reader(other, "", header, settings)
            far_ends.append((other, _column(other, spans, reader, "", place, accepted, c, header, found)))
            if chosen.position(other) is None:
                shared.append((i, other))
                found.append(place.finding("column_span_shared", block.last, c, source=header))
    for other, parsed in far_ends:
        given[other] = _together(given[other], parsed) if other in given else parsed
    if all(column in given for column in _STAFF):
        _headcounts(given, chosen, block, accepted, place, found)
    size = len(accepted)
    given["source_file"] = [sheet.file] * size
    given["source_sheet"] = [sheet.name] * size
    given["source_row"] = [r + 1 for r in accepted]
    given["source_block"] = [block.number] * size
    if table == "organization":
        deepest(block, chosen, raw, keep, given)
        given["sections"] = sections_of(block, raw, keep)
    elif table in OWNERS:
        is_empty = not any(given.get(OWNERS[table], ()))
        given["around"] = around(sheet, block, chosen, accepted, is_empty, heading)
    rows.extend(given, extras, size)
    return Taken(accepted, aside, tuple(found), tuple(shared))


def _decoded(values: list[Cell], column: str, block: Block, i: int, place: Place, found: list[Finding]) -> list[Cell]:
    """Values with the codes that their header explains as answers, said once."""
    header = explained(block.headers[i], block.above)
    codes = legend(header, place.table, column)
    told = decoded(values, codes)
    if told is not values:
        codes = "、".join(f"{code}={word}" for code, word in codes.items() if code != folded(word))
        found.append(
            place.finding("coded_answers", block.last, block.columns[i], source=asked(header).name, value=codes)
        )
    return list(told)


_STAFF = ("regular_staff", "fixed_term_staff")


def _headcounts(given, chosen: Mapping_, block: Block, rows: Sequence[int], place: Place, found: list[Finding]) -> None:
    """Headcounts that are not written, from the staff of each kind where both are; told once, at the first."""
    held = given.get("headcount", [None] * len(rows))
    added = [k for k, parts in enumerate(zip(*(given[c] for c in _STAFF), strict=True)) if None not in parts]
    added = [k for k in added if held[k] is None]
    if added:
        for k in added:
            held[k] = sum(given[column][k] for column in _STAFF)
        given["headcount"] = held
        names = {name: column_label("organization", name) for name in ("headcount", *_STAFF)}
        at = block.columns[chosen.position(_STAFF[0])]
        found.append(place.finding("headcount_added", rows[added[0]], at, count=len(added), **names))


# ------------------------------------------------------------------------------------------ filling down


def _spans_down(sheet: Sheet, block: Block) -> dict[int, tuple[tuple[int, int, int], ...]]:
    """Merged ranges that reach down over several records: by column, (first row, last row, column of the value)."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for r0, c0, r1, c1 in sheet.merged:
        if r1 > r0 and r1 > block.last and r0 > block.last:
            for c in range(c0, c1 + 1):
                found.setdefault(c, []).append((r0, r1, c0))
    return {c: tuple(spans) for c, spans in found.items()}


def _filled(values, sheet, block, i, column, spans, place, found) -> list[Cell]:
    """Values with merged cells and 〃 filled from above; missing values stay missing."""
    c, spec = block.columns[i], tables()[place.table]["columns"][column]
    numeric = spec["type"] == "num" and spec.get("unit", "") in ADDITIVE
    values = list(values)
    if spans:
        at = {r: k for k, r in enumerate(block.body)}
        for first, last, source in spans:
            value = sheet.rows[first][source]
            inside = [at[r] for r in range(first + 1, last + 1) if r in at]
            if is_blank(value) or not inside:
                continue
            if numeric:
                found.append(place.finding("merged_number", first, c, value=shown(value)))
                continue
            for k in inside:
                if is_blank(values[k]):
                    values[k] = value
            found.append(place.finding("filled_down", first, c, value=shown(value), count=len(inside)))
    previous: Cell = ""
    met = 0
    repeating = dittos(set(values))
    repeating -= _meant_themselves(repeating, values, place.table, column)
    for k, value in enumerate(values) if repeating else ():
        if value in BLANKS:
            continue
        if value in repeating:
            if is_blank(previous):
                found.append(place.finding("ditto_without_value", block.body[k], c, written=value))
                values[k] = ""
            else:
                met += 1
                if met <= MOST_OF_ONE_KIND:
                    found.append(place.finding("ditto_filled", block.body[k], c, written=value, value=shown(previous)))
                values[k] = previous
        else:
            previous = value
    if not spans and spec["type"] in ("str", "cat") and _grouping(values, sheet, block, c):
        blanks = 0
        previous = ""
        for k, value in enumerate(values):
            if is_blank(value):
                values[k], blanks = previous, blanks + 1
            else:
                previous = value
        found.append(place.finding("filled_down_guessed", block.body[0], c, source=block.headers[i], count=blanks))
    return values


def _meant_themselves(repeating: frozenset[Cell], values: Sequence[Cell], table: str, column: str) -> set[Cell]:
    """Of words for "as above" those that are the column's only word for a code (同じ: the steps are the same)."""
    if not repeating or tables()[table]["columns"][column]["type"] != "cat":
        return set()
    names = spellings(table, column)[0]
    written = {folded(shown(v)) for v in values}
    return {v for v in repeating for spelled in names.values() if written & set(spelled) == {folded(shown(v))}}


_GROUPS = re.compile(r"部|局|課|所属|分類|区分|項目|分野|施策|department|bureau|category|division")


def _grouping(values: Sequence[Cell], sheet: Sheet, block: Block, c: int) -> bool:
    """Whether blanks of a column mean "as above": a group's name stands in its first row and never twice running."""
    header = block.headers[block.columns.index(c)]
    if len(values) < 4 or is_blank(values[0]) or not _GROUPS.search(folded(header)):
        return False
    if sum(v in BLANKS for v in values) < 0.4 * len(values):
        return False
    filled = [folded(shown(v)) for v in values if not is_blank(v)]
    blanks = len(values) - len(filled)
    if blanks < 0.4 * len(values) or len(filled) < 2:
        return False
    # A value that is repeated in the next row shows that the writer repeats values and left blanks blank.
    pairs = sum(
        not is_blank(a) and not is_blank(b) and folded(shown(a)) == folded(shown(b))
        for a, b in itertools.pairwise(values)
    )
    return pairs == 0 and len(set(filled)) >= 0.8 * len(filled)


# ------------------------------------------------------------------------------------------ rows without a key


def _without_key(table: str, chosen: Mapping_, raw: dict[int, list[Cell]], size: int) -> set[int]:
    def filled(column: str) -> list[bool]:
        position = chosen.position(column)
        if position is None:
            return [False] * size
        return [not is_missing(v) for v in raw[position]]

    if table == "survey":
        answers = [i for i, m in enumerate(chosen.matches) if m.column and m.column != "respondent_id"]
        return {k for k in range(size) if not any(not is_missing(raw[i][k]) for i in answers)}
    keys = KEY_COLUMNS[table]
    if table == "organization":
        keys = ("department", "bureau", "department_code")
    if table == "workflow":
        # A branch is a further row of its step, with nothing but where it leads.
        steps, does, leads = filled("step"), filled("action"), filled("next_step")
        return {k for k in range(size) if not does[k] and not (steps[k] and leads[k])}
    have = [filled(column) for column in keys]
    return {k for k in range(size) if not any(column[k] for column in have)}


# ------------------------------------------------------------------------------------------ parsing a column


def _column(
    column: str,
    values: Sequence[Cell],
    reader: Reader,
    header_unit_: str,
    place: Place,
    rows: Sequence[int],
    c: int,
    header: str,
    found: list[Finding],
) -> list[Any]:
    """Typed values of a column. Each distinct cell is parsed once."""
    spec = tables()[place.table]["columns"][column]
    distinct = set(values)
    if (1 in distinct or 0 in distinct) and any(v.__class__ is bool for v in values):
        # 1, 1.0 and True are one key to a dictionary, but not one answer.
        values = [("TRUE" if v else "FALSE") if v.__class__ is bool else v for v in values]
        distinct = set(values)
    reader.read(distinct)
    result = list(map(reader.values.__getitem__, values))
    if not reader.issues.keys().isdisjoint(distinct):
        issues = [(k, reader.issues[value]) for k, value in enumerate(values) if value in reader.issues]
        told = {"column": column_label(place.table, column), "unit": spec.get("unit", ""), "choices": _choices(spec)}
        seen: dict[str, int] = {}
        for k, issue in issues:
            seen[issue] = seen.get(issue, 0) + 1
            if seen[issue] <= MOST_OF_ONE_KIND:
                written = "" if spec["type"] == "text" else place.written(rows[k], c, values[k])
                said = _said(result[k])
                if spec["type"] == "num":
                    # Where a unit was converted, both units are said: 約129（人日） → 999.75 時間/年.
                    written = f"{written}（{header_unit_}）" if header_unit_ else written
                    said = f"{said} {spec.get('unit', '')}".strip()
                found.append(place.finding(issue, rows[k], c, written=written, value=said, **told))
    if spec["type"] == "num":
        result = _whole_column(result, values, spec, header_unit_, header, place, rows, c, found)
    return result


def _said(value: Any) -> str:
    if isinstance(value, float):
        return figure(value)
    return "、".join(value) if isinstance(value, tuple) else str(value)


def _choices(spec) -> str:
    labels = [v if isinstance(v, str) else v["ja"] for v in spec.get("values", {}).values()]
    return "・".join(labels)


def _parser(table: str, column: str, header_unit_: str, fiscal: bool, settings: Settings) -> Callable[[Cell], Parsed]:
    spec = tables()[table]["columns"][column]
    kind = spec["type"]
    if kind == "num":
        storage = spec.get("unit", "")
        return number_reader(storage, header_unit_, settings)
    if kind == "date":
        end = column in ("contract_to", "support_end")
        read = lambda raw: date(raw, end=end, fiscal=fiscal)  # noqa: E731
        return (lambda raw: _own_end(raw, end) or read(raw)) if column in _PAIR else read
    if kind == "tri":
        return tri
    if kind == "likert":
        return lambda raw: _step(likert(raw))
    if kind == "list":
        names, _ = spellings(table, column)
        kept = {word: code for code, spelled in names.items() for word in spelled}
        return (lambda raw: _kept(items(raw), kept)) if kept else items
    if kind == "cat" and spec.get("values"):
        names, marks = spellings(table, column)
        return lambda raw: category(raw, names, marks)
    if table == "governance" and column == "answer":
        return _answer
    return words


_PAIR = {"contract_from": "contract_to", "contract_to": "contract_from"}
"""Columns that hold the two ends of one span."""


def _own_end(raw: Cell, end: bool) -> Parsed | None:
    """What a span says that leaves this end open; None where it does not."""
    first, last = ends(raw)
    return Parsed(None, "span_open") if (first or last) and not (last if end else first) else None


def _kept(parsed: Parsed, names: Mapping[str, str]) -> Parsed:
    """A list whose items go under the names they are kept under (エクセル → Excel)."""
    if not parsed.value:
        return parsed
    return Parsed(tuple(dict.fromkeys(names.get(folded(item), item) for item in parsed.value)), parsed.issue)


def _step(parsed: Parsed) -> Parsed:
    return Parsed(None, "likert_range") if parsed.issue else parsed


def _answer(raw: Cell) -> Parsed:
    """An answer of the governance questionnaire: yes/no as code, numbers and texts as written."""
    if isinstance(raw, bool):
        return Parsed("true" if raw else "false")
    if isinstance(raw, str) and len(raw) <= 12 and not re.search(r"\d", raw):
        parsed = tri(raw)
        if parsed.value:
            return parsed
    return words(raw)


_PLAIN_NUMBER = re.compile(r"\s*[\d０-９,，.．]+\s*")
_MUCH = 100_000
"""千円: a hundred million yen a year, from which a figure without a unit may well be in yen."""
_MANIFOLD, _MANIFOLD_OF_NAMED = 1000, 100
"""Times the column's median from which a figure may be in yen; fewer where other cells name their unit."""


def _whole_column(result, values, spec, header_unit_, header, place, rows, c, found) -> list[Any]:
    """What only the column as a whole tells: fractions that are percentages, yen without a unit, numbers as text."""
    held = [v for v in result if v is not None]
    if not held:
        return result
    storage = spec.get("unit", "")
    if storage == "%":
        plain = [v for v in values if isinstance(v, float)]
        if plain and len(plain) >= 0.8 * len(held) and max(plain) <= 1 and any(0 < v < 1 for v in plain):
            first = next(k for k, v in enumerate(values) if isinstance(v, float) and 0 < v < 1)
            found.append(place.finding("fraction_as_percent", rows[first], c, source=header))
            return [round(v * 100, 10) if v is not None else None for v in result]
    if storage.startswith("千円"):
        _yen_among(result, values, storage, header_unit_, header, place, rows, c, found)
    texts = sum(isinstance(v, str) and v != "" for v in values)
    if place_is_workbook(place) and texts and texts >= 0.2 * len(held):
        plain_text = [k for k, v in enumerate(values) if v.__class__ is str and _PLAIN_NUMBER.fullmatch(v)]
        if plain_text:
            found.append(place.finding("number_as_text", rows[plain_text[0]], c, source=header, count=len(plain_text)))
    below = [(k, v) for k, v in enumerate(result) if v is not None and v < 0] if min(held) < 0 else []
    for k, v in below[:MOST_OF_ONE_KIND]:
        found.append(
            place.finding("negative_number", rows[k], c, column=header or spec["label"]["ja"], value=figure(v))
        )
    return result


def _yen_among(result, values, storage, header_unit_, header, place, rows, c, found) -> None:
    """Figures of money without a unit of their own that may be in yen: the whole column, or single cells of it."""
    given = unit(header_unit_) if header_unit_ else None
    if given is not None and given.dimension == "money" and given.size == 1:
        return
    bare = [
        k
        for k, (v, raw) in enumerate(zip(result, values, strict=True))
        if v is not None and (isinstance(raw, float) or (raw.__class__ is str and _PLAIN_NUMBER.fullmatch(raw)))
    ]
    figures = sorted(result[k] for k in bare)
    if not header_unit_ and len(bare) >= 3:
        median = figures[len(figures) // 2]
        round_ = sum(v % 1000 == 0 for v in figures) / len(figures)
        if median >= 1_000_000 and (round_ > 0.5 or median >= 10_000_000):
            first = next(k for k in bare if result[k] >= median)
            told = {"source": header, "unit": storage, "value": f"{median:,.0f}"}
            found.append(place.finding("looks_like_yen", rows[first], c, **told))
            return
    apart = set(bare)
    named = sorted(v for k, v in enumerate(result) if v and k not in apart)
    usual = named or [v for v in figures if v > 0]
    if not usual or (len(usual) < 3 and not named):
        return
    middle, times = usual[len(usual) // 2], _MANIFOLD_OF_NAMED if named else _MANIFOLD
    much = [k for k in bare if result[k] >= max(_MUCH, times * middle)]
    for k in much[:MOST_OF_ONE_KIND]:
        told = {"written": shown(values[k]), "value": f"{result[k]:,.0f} {storage}", "usual": f"{middle:,.0f}"}
        found.append(place.finding("yen_among_thousands", rows[k], c, **told))


def place_is_workbook(place: Place) -> bool:
    """Whether the cells can hold numbers at all; in csv everything is text."""
    return bool(place.sheet)


def _together(first: list[Any], second: list[Any]) -> list[Any]:
    """Two source columns of one canonical column: lists joined, else the first that says something."""
    joined = []
    for a, b in zip(first, second, strict=True):
        if isinstance(a, tuple) and isinstance(b, tuple):
            joined.append(tuple(dict.fromkeys((*a, *b))))
        else:
            joined.append(b if a is None else a)
    return joined


def _other_end(table: str, column: str, values: Sequence[Cell]) -> tuple[str, list[Cell]]:
    """The column for the other ends of spans (契約期間: R5.4.1～R10.3.31), and the cells that name one, the rest blank;
    "" where no cell does."""
    other = _PAIR.get(column, "") if table == "systems" else ""
    far = int(other == "contract_to")
    named = {v for v in set(values) if ends(v)[far]} if other else set()
    return (other, [v if v in named else "" for v in values]) if named else ("", [])


def _unit_above(above: str, spec) -> str:
    """The unit that a line above the table names for all columns of its kind (単位：千円).

    Where it names several of one kind (単位：件、分、時間) each column has its own: the one it is stored in.
    """
    if spec["type"] != "num" or "単位" not in above:
        return ""
    target = unit(spec.get("unit", ""))
    named: dict[str, float] = {}
    for line in re.findall(r"単位\s*[:：]?\s*([^\s()（）、,]+(?:[、,・][^\s()（）、,]+)*)", above):
        for part in re.split(r"[、,・]", line):
            given = unit(part)
            if given is not None and target is not None and given.dimension == target.dimension:
                named.setdefault(part, given.size)
    if len(set(named.values())) > 1:
        return next((part for part, size in named.items() if size == target.size), "")
    return next(iter(named), "")
