"""Level 2 of the machine-readability rules: can a program count with what it reads?"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations

from dxaudit.intake.readability.layout import Column, Page, Table, blank, is_number, placeholders
from dxaudit.intake.readability.verdicts import NOT_JUDGED, Rule, Verdict, against, cell, offence
from dxaudit.vocabulary import load

MOST_STUBS = 3


def pure_numbers(page: Page, table: Table) -> Verdict:
    """L2-01: a column of numbers holds numbers only (▲ by number format is no text and passes)."""
    code = re.compile(load("readability")["numbers"]["codes"], re.IGNORECASE)
    figure, unused = _figure().fullmatch, placeholders()
    found = []
    for column in page.columns(table):
        if column.kind not in ("number", "mixed", "text") or code.search(page.headers(table, column.place)):
            continue
        # Without a figure among its texts a column holds nothing impure.
        if not any(map(str.isdecimal, column.signs)):
            continue
        times = column.counts.__getitem__
        texts = {v: t for v, t in column.texts.items() if t not in unused}
        written = sum(map(times, texts))
        typed = column.filled - sum(map(times, column.texts))
        plain = typed + sum(map(times, column.numbers & texts.keys()))
        if plain <= 0.5 * (written + typed):
            begun = ((v, t) for v, t in texts.items() if t[0].isdecimal() or t[0] in _BEFORE_FIGURES)
            dressed = [v for v, t in begun if v not in column.numbers and figure(t)]
            # "1回", "2回以上" are answers to choose from; figures vary.
            if not plain and len(dressed) < 3:
                continue
            if plain + sum(map(times, dressed)) <= 0.5 * (written + typed):
                continue
        percent = (
            not column.signs.isdisjoint("%％")
            and sum(times(v) for v, t in texts.items() if _PERCENT.fullmatch(t)) >= 0.5 * written
        )
        impure = {v for v, t in texts.items() if not _is_pure(t, percent)}
        if impure:
            found += [(row, column.place) for row in column.rows(impure)]
    return against(page, sorted(_of_records(page, table, found)))


def _of_records(page: Page, table: Table, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of ``places`` that are not in a row of totals or in one that shows how to fill in the form."""
    aside = {row for row in {row for row, _ in places} if page.no_record(row, table)}
    return [place for place in places if place[0] not in aside]


def _is_pure(text: str, percent: bool) -> bool:
    if _STRICT.fullmatch(text) or not _ANY_FIGURE.search(text):
        return True
    return percent and _PERCENT.fullmatch(text) is not None


# Only ASCII digits: 「３０」 is text to a program.
_STRICT = re.compile(r"[-ー−]?\s*[0-9][0-9,]*\.?[0-9]*", re.ASCII)
_ANY_FIGURE = re.compile(r"\d")
_PERCENT = re.compile(r"[-−▲△]?\s*[\d,.]+\s*[%％]")


_BEFORE_FIGURES = frozenset("約お計延の-−ー▲△▼¥￥\\(（+")
"""What a figure of `_figure` begins with where it begins with no digit."""


@cache
def _figure() -> re.Pattern:
    """A number with what people put around it: 約30, ▲5, ¥1,200, 1 200, 350円, (50), 0(a, 30～40."""
    units = "|".join(map(re.escape, sorted(load("readability")["numbers"]["units"], key=len, reverse=True)))
    return re.compile(
        rf"(約|およそ|計|延べ|のべ)?\s*[-−ー▲△▼¥￥\\(（+]*\s*\d[\d,. ]*\s*({units}|[%％])*"
        rf"(/[^\s\d]+)?\s*(程度|前後|弱|強|以上|以下|未満|超)?\s*([)）]|[（(※*注＊].*)?"
        rf"|\d[\d,.]*\s*({units})?\s*[~〜～-]\s*\d[\d,.]*\s*({units})?"
    )


def nothing_omitted(page: Page, table: Table) -> Verdict:
    """L2-02: no ditto marks, and no empty or merely numbered cells in the columns that name a row."""
    marks = frozenset(load("readability")["omissions"]["marks"])
    columns = page.columns(table)
    found = []
    for column in columns:
        used = {v for v, t in column.texts.items() if t in marks}
        found += [(row, column.place) for row in column.rows(used)] if used else []
    stubs = _stubs(columns)
    for column in stubs:
        found += [(row, column.place) for row in _numbered_on(column)]
        if column.filled == len(column.values):
            continue
        seen = False
        for offset, value in enumerate(column.values):
            if not blank(value):
                seen = True
            elif seen and not _empty_row(page, table, table.body + offset):
                found.append((table.body + offset, column.place))
    if not stubs and not found:
        return NOT_JUDGED
    return against(page, sorted(set(_of_records(page, table, found))))


def _stubs(columns: list[Column]) -> list[Column]:
    """The leading columns of words that name a row: up to the first that is filled throughout, at most three."""
    found = []
    for column in columns[: min(MOST_STUBS, len(columns) - 1)]:
        if column.kind not in ("text", "mixed") and not _numbered_on(column):
            continue
        found.append(column)
        if column.filled == len(column.values):
            break
    return found


def _numbered_on(column: Column) -> list[int]:
    """Rows where a column that begins with a word goes on with 2, 3, 4 … to its end."""
    if column.figures in (0, len(column.counts)):
        return []
    run: list[tuple[int, float]] = []
    for offset in range(len(column.values) - 1, -1, -1):
        value = column.values[offset]
        if blank(value):
            continue
        if not is_number(value):
            break
        number = float(str(value).replace(",", ""))
        if run and run[-1][1] - number != 1:
            return []
        run.append((column.first_row + offset, number))
    return [row for row, _ in reversed(run)] if len(run) >= 2 else []


def _empty_row(page: Page, table: Table, row: int) -> bool:
    return all(blank(v) for v in page.sheet.rows[row][table.left : table.right + 1])


def unique_names(page: Page, table: Table) -> Verdict:
    """L2-03: one header row names every column, each differently, without merged cells."""
    if not table.header:
        return NOT_JUDGED
    last = table.header[-1]
    merged = [m for m in page.merges(table) if m[0] <= last and m[2] >= table.header[0]]
    found = [f"{cell(m[0], m[1])}:{cell(m[2], m[3])}" for m in merged]
    covered = {c for m in merged for c in range(m[1], m[3] + 1)}
    places: dict[str, list[int]] = {}
    for column in page.columns(table):
        name = page.header(table, column.place)
        if name:
            places.setdefault(name, []).append(column.place)
        elif column.place not in covered and bool(column.counts):
            found.append(cell(last, column.place))
    found += [cell(last, c) for columns in places.values() if len(columns) > 1 for c in columns]
    return offence(found, next((n for n, c in places.items() if len(c) > 1), ""))


def same_answers_alike(page: Page, table: Table) -> Verdict:
    """L2-04: an answer is written in one way throughout a column of choices."""
    judged, found = False, []
    for column in _choices(page, table):
        words = column.words
        marks = _mixed_marks(words)
        many = column.filled >= load("readability")["choices"]["least_rows"]
        if marks is None and not many:
            continue
        judged = True
        rare = marks or set()
        if many:
            for one, other in combinations(sorted(words, key=lambda w: -words[w]), 2):
                if _same_answer(one, other):
                    rare.add(other)
        if rare:
            found += [(row, column.place) for row in column.rows({v for v in column.counts if str(v).strip() in rare})]
    return against(page, sorted(found)) if judged else NOT_JUDGED


def _choices(page: Page, table: Table) -> list[Column]:
    most = load("readability")["choices"]["most_values"]
    return [
        column
        for column in page.columns(table)
        if column.kind in ("text", "mixed")
        and 1 < len(column.counts) <= 2 * most
        and 1 < column.different <= most
        and column.filled >= 3
    ]


def _mixed_marks(words: dict[str, int]) -> set[str] | None:
    """The rarer of answers that only differ in sign (○ 〇 有); None where the column is no column of such signs."""
    groups = [set(group) for group in load("readability")["choices"]["same"]]
    known = set().union(*groups)
    inside = [w for w in words if w in known]
    if not inside or sum(words[w] for w in inside) < 0.8 * sum(words.values()):
        return None
    rare: set[str] = set()
    for group in groups:
        used = sorted((w for w in inside if w in group), key=lambda w: -words[w])
        rare |= set(used[1:])
    return rare


@cache
def _same_answer(one: str, other: str) -> bool:
    """Whether two answers are one, written differently: equal but for width, number, remark or okurigana."""
    a, b = _answer(one), _answer(other)
    if a == b:
        return True
    words = load("readability")["choices"]
    if len(re.findall(words["negation"], a)) != len(re.findall(words["negation"], b)):
        return False
    skeleton = re.sub(r"[ぁ-ん]", "", a)
    if len(skeleton) < 2 or skeleton != re.sub(r"[ぁ-ん]", "", b):
        return False
    return SequenceMatcher(None, a, b).ratio() >= words["similar"]


def _answer(written: str) -> str:
    text = unicodedata.normalize("NFKC", written).strip()
    text = re.sub(r"^\d+\s*[.:．、)]\s*", "", text)
    return re.sub(r"(?<=\S)\s*[※*#(「【].*$", "", text).strip()


def other_apart(page: Page, table: Table) -> Verdict:
    """L2-05: what 「その他」 means stands in a column of its own."""
    words = load("readability")["choices"]
    judged, found = False, []
    for column in page.columns(table):
        if column.kind not in ("text", "mixed"):
            continue
        # Without all signs of the word no answer holds it.
        named = column.signs.issuperset(words["other"])
        others = {t: n for t, n in column.words.items() if words["other"] in t} if named else {}
        detailed = [t for t in others if re.search(words["other_detail"], t)]
        is_choice = column.filled >= words["least_rows"] and column.different <= words["most_values"]
        # A column of choices repeats itself; one of names or sentences does not.
        plain = column.different - len(detailed)
        repeated = column.filled - sum(others[t] for t in detailed)
        if not is_choice and (column.filled < 5 or repeated < 2 * max(plain, 1)):
            continue
        judged = True
        odd = set(detailed)
        if is_choice and len(others) >= 2:
            odd |= {answer for answer, count in others.items() if count < 3}
        if odd:
            found += [(row, column.place) for row in column.rows({v for v in column.counts if str(v).strip() in odd})]
    return against(page, sorted(found)) if judged else NOT_JUDGED


def no_formulas(page: Page, table: Table) -> Verdict:
    """L2-06: values, not formulas nor what a failed formula leaves (#REF!)."""
    if not page.marks.known:
        return NOT_JUDGED
    return offence([cell(r, c) for r, c in sorted(page.marks.formulas | page.marks.errors.keys()) if table.holds(r, c)])


RULES: dict[str, Rule] = {
    "L2-01": pure_numbers,
    "L2-02": nothing_omitted,
    "L2-03": unique_names,
    "L2-04": same_answers_alike,
    "L2-05": other_apart,
    "L2-06": no_formulas,
}
