"""Level 3 of the machine-readability rules: can tables be joined with others without asking anybody?"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice

from dxaudit.intake.readability.layout import Column, Page, Table, blank, is_number, placeholders
from dxaudit.intake.readability.verdicts import NOT_JUDGED, OK, Rule, Verdict, against, cell, offence
from dxaudit.intake.sheets import Cell
from dxaudit.state import letters
from dxaudit.vocabulary import load


def header_first(page: Page, table: Table) -> Verdict:
    """L3-01: the header is the first row, data follow in the next; no header of three rows or more."""
    found = []
    if table.top > 0:
        found.append(f"1:{table.top}")
    if table.header:
        if table.body > table.header[-1] + 1:
            found.append(f"{table.header[-1] + 2}:{table.body}")
        if _gap_below(page, table):
            found.append(f"{table.body + 1}:{table.body + 1}")
        if len(table.header) >= 3:
            found.append(f"{table.header[0] + 1}:{table.header[-1] + 1}")
    else:
        found.append(f"{table.top + 1}:{table.top + 1}")
    return offence(found)


def _gap_below(page: Page, table: Table) -> bool:
    row = page.sheet.rows[table.body][table.left : table.right + 1] if table.body <= table.bottom else ["x"]
    return all(v == "" for v in row) and not any(r == table.body for r, _ in page.marks.formulas)


def not_judged(page: Page, table: Table) -> Verdict:
    """L3-02, L3-08 (not scored): whether codes, definitions and updates are documented, no program can see here."""
    return NOT_JUDGED


def symbols_defined(page: Page, table: Table) -> Verdict:
    """L3-03 (not scored): symbols in columns of numbers are explained on the sheet."""
    notes = " ".join(str(value) for _, _, value in page.others)
    found = []
    for column in page.columns(table):
        if column.kind == "number":
            used = placeholders().intersection(column.texts.values())
            if any(symbol not in notes for symbol in used):
                found.append(f"{letters(column.place + 1)}:{letters(column.place + 1)}")
    return offence(found)


def units_told(page: Page, table: Table) -> Verdict:
    """L3-04: every column of numbers tells its unit in the header, or the sheet tells one for all."""
    if not table.header:
        return NOT_JUDGED
    if any("単位" in str(value) for _, _, value in page.others):
        return OK
    found = []
    for column in page.columns(table):
        if _is_numeric(column):
            name = page.headers(table, column.place)
            if name and not _tells_unit(name):
                found.append((table.header[-1], column.place))
    return against(page, found)


def _is_numeric(column: Column) -> bool:
    first = list(islice((v for v in column.values if not blank(v)), 30))
    return bool(first) and sum(is_number(v) for v in first) >= 0.7 * len(first)


@cache
def _tells_unit(name: str) -> bool:
    words = load("readability")["units"]
    units = "|".join(map(re.escape, sorted(words["in_header"], key=len, reverse=True)))
    if re.search(rf"[（(\[［【]\s*(単位[:：])?\s*({units})([/／・](\w+))*\s*[)）\]］】]", name):
        return True
    if re.search(rf"[_\s]({units})$", name) or any(word in name for word in words["implied"]):
        return True
    if any(name.endswith(word) for word in words["counted"]) or any(word in name for word in words["none"]):
        return True
    return name.isdecimal() or bool(set(re.split(r"[_\s-]", name.lower())) & set(words["none_words"]))


_JIS = re.compile(r"[MTSHR]\d{1,2}\.\d{1,2}\.\d{1,2}(T\d{2}:\d{2}(:\d{2})?)?")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_ERA = re.compile(r"(明治|大正|昭和|平成|令和|㍾|㍽|㍼|㍻|㋿|(?<![A-Za-z])[MTSHR])\s*(\d{1,2}|元)\s*(年|\.|-|/)")
_BARE_ERA = re.compile(r"(明治|大正|昭和|平成|令和|㋿|㍻)(\d{1,2}|元)(年度?)?")
_SHORT = re.compile(r"\d{2}/\d{1,2}/\d{1,2}|\d{1,2}\.\d{1,2}\.\d{1,2}")
_DATED = re.compile(r"[\d元]")
"""What every way of writing a point of time holds."""
_WESTERN = re.compile(r"(19|20)\d{2}\s*(年|/|-|\.|$)")


@lru_cache(maxsize=1 << 16)
def _time_form(text: str) -> str | None:
    """How a point of time is written; None where it is none. ``era`` and ``short`` are against the rule."""
    if not _DATED.search(text):
        return None
    if _JIS.fullmatch(text):
        return "jis"
    if _ISO.fullmatch(text):
        return "iso"
    if _ERA.search(text) or _BARE_ERA.fullmatch(text):
        return "both" if _WESTERN.search(text) else "era"
    if _SHORT.fullmatch(text):
        return "short"
    if re.fullmatch(r"(19|20)\d{2}\s*年度", text):
        return "fiscal"
    if re.fullmatch(r"(19|20)\d{2}年(\d{1,2}月(\d{1,2}日)?)?", text):
        return "kanji"
    if re.fullmatch(r"(19|20)\d{2}/\d{1,2}(/\d{1,2})?", text):
        return "slash"
    return "western" if re.match(r"(19|20)\d{2}\s*(年|/|-|\.)", text) else None


def time_in_one_form(page: Page, table: Table) -> Verdict:
    """L3-05: points of time by the western calendar (or both), in one form within a column."""
    if not table.header:
        return NOT_JUDGED
    header = re.compile(load("readability")["time"]["header"], re.IGNORECASE)
    found = []
    for column in page.columns(table):
        name = page.header(table, column.place)
        if _time_form(name) == "era":
            found.append((table.header[-1], column.place))
        if not header.search(page.headers(table, column.place)):
            continue
        wrong, forms = set(), {}
        for value, written in column.texts.items():
            form = _time_form(written)
            if form in ("era", "short"):
                wrong.add(value)
            elif form:
                forms.setdefault(form, []).append(value)
        # The form that most cells have is the column's.
        usual = max(forms, key=lambda form: sum(column.counts[v] for v in forms[form]), default="")
        wrong.update(value for form, values in forms.items() if form != usual for value in values)
        found += [(row, column.place) for row in column.rows(wrong)] if wrong else []
    return against(page, sorted(found))


def regions_official(page: Page, table: Table) -> Verdict:
    """L3-06: regions by official name or by code with all its digits."""
    if not table.header:
        return NOT_JUDGED
    words = load("readability")["regions"]
    official = set(words["prefectures"])
    short = {name[:-1] for name in official if name != "北海道"}
    found = []
    for column in page.columns(table):
        name = page.headers(table, column.place)
        is_code = re.search(words["code_header"], name) is not None
        if not is_code and column.kind not in ("text", "mixed"):
            continue
        wrong: set = set()
        if is_code:
            values = {v: _name(v) for v in column.counts}
            six = any(len(v) == 6 for v in values.values())
            lengths = (2, 6) if six else (2, 5, 6)
            wrong = {v for v, n in values.items() if n.isdecimal() and len(n) not in lengths}
        else:
            # No number is called like a prefecture.
            named = {v: t for v, t in column.texts.items() if t in official or t in short}
            known = sum(map(column.counts.__getitem__, named))
            if re.search(words["header"], name, re.IGNORECASE) or (known and known >= 0.5 * column.filled):
                wrong = {v for v, n in named.items() if n in short and n not in official}
        found += [(row, column.place) for row in column.rows(wrong)] if wrong else []
    return against(page, sorted(set(found)))


def _name(value: Cell) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def long_format(page: Page, table: Table) -> Verdict:
    """L3-09: years, months and numbered items go down the rows, not along the columns."""
    if not table.header:
        return NOT_JUDGED
    words = load("readability")["wide"]
    places = range(table.left, table.right + 1)
    if len(places) < words["least_columns"]:
        return OK
    if len(places) > words["most_columns"]:
        return offence([f"{cell(table.header[-1], table.left)}:{cell(table.header[-1], table.right)}"])
    names = [(c, page.header(table, c)) for c in places]
    for kind in ("year", "month", "period", "japanese_year"):
        found = [c for c, name in names if re.match(words[kind], name)]
        if len(found) >= words["least_periods"]:
            return offence([cell(table.header[-1], c) for c in found], page.header(table, found[0]))
    numbered: dict[str, list[int]] = {}
    for column, name in names:
        match = re.match(r"^(.+?)[\s_-]?\d+$", name)
        if match and not match[1].strip().isdecimal():
            numbered.setdefault(match[1].strip(), []).append(column)
    many = [columns for columns in numbered.values() if len(columns) >= words["least_numbered"]]
    return offence([cell(table.header[-1], c) for columns in many for c in columns])


RULES: dict[str, Rule] = {
    "L3-01": header_first,
    "L3-02": not_judged,
    "L3-03": symbols_defined,
    "L3-04": units_told,
    "L3-05": time_in_one_form,
    "L3-06": regions_official,
    # L3-07 compares tables of several years: see `dxaudit.intake.readability.years_alike`.
    "L3-08": not_judged,
    "L3-09": long_format,
}
