"""What do the values of a column look like, and can they be what a header says they are?"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from dxaudit.intake.dates import date
from dxaudit.intake.numbers import number_reader
from dxaudit.intake.sheets import Cell, folded, shown
from dxaudit.intake.values import category, is_ditto, is_missing, likert, tri
from dxaudit.vocabulary import load, tables

SAMPLE = 30
_DEPARTMENT = re.compile(
    r"(?:課|室|係|局|部|所|センター|館|園|校|院|署|会|省|庁|班|担当|グループ|チーム|支所|本部|署|区|団|場)(?:\s*[(（].*[)）])?(?:長)?$"
)


@dataclass(frozen=True)
class Profile:
    """Shares in [0, 1] over up to `SAMPLE` distinct values that are not missing; ``count`` of them.

    ``numeric`` can be read as a number, ``dates`` as a date and not as a plain number, ``marks`` as yes/no,
    ``steps`` as 1–5, ``departments`` end as names of departments do; ``length`` is the mean length of the texts,
    ``distinct`` the distinct share of all values.
    """

    count: int = 0
    numeric: float = 0.0
    dates: float = 0.0
    years: float = 0.0
    marks: float = 0.0
    steps: float = 0.0
    departments: float = 0.0
    length: float = 0.0
    distinct: float = 1.0
    sample: tuple[Cell, ...] = ()

    def __hash__(self) -> int:
        """By the sample alone: what is remembered by profile is asked thousands of times."""
        return hash(self.sample)


EMPTY = Profile()


def profile(values: Sequence[Cell]) -> Profile:
    """The `Profile` of a column's raw cells."""
    seen = dict.fromkeys(values)
    seen.pop("", None)
    looks = []
    for value in itertools.islice(seen, 4 * SAMPLE):
        look = _looks(value)
        if look is not None:
            looks.append((value, look))
            if len(looks) == SAMPLE:
                break
    if not looks:
        return EMPTY
    filled = len(values) - values.count("")
    size = len(looks)
    shares = [sum(part) / size for part in zip(*(look for _, look in looks), strict=True)]
    distinct = len(seen) / filled
    return Profile(size, *shares, distinct, tuple(v for v, _ in looks))


@lru_cache(maxsize=1 << 16, typed=True)
def _looks(value: Cell) -> tuple[float, ...] | None:
    """What one value could be, in the order of `Profile`'s shares, its length last; None where it is missing."""
    if is_missing(value) or is_ditto(value):
        return None
    if isinstance(value, (dt.date, dt.datetime)):
        return (0, 1, 0, 0, 0, 0, 10)
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    text = shown(value)
    number_like = plain or isinstance(value, (dt.time, dt.timedelta)) or _number_like(text)
    year = (plain or text.isdecimal()) and 1950 <= float(value) <= 2060
    dated = False
    if not plain and not text.strip().isdigit():
        parsed = date(value)
        # 「1-1」 may be a number of an item; without an era only year, month and day together are a date.
        sure = parsed.issue != "era_assumed" or re.search(r"\d\D+\d+\D+\d", text)
        dated = parsed.value is not None and bool(sure)
    marked = len(text) <= 10 and tri(value).value is not None
    step = likert(value).value is not None
    department = len(text) <= 40 and bool(_DEPARTMENT.search(text))
    return (number_like, dated, year, marked, step, department, len(text))


def _number_like(text: str) -> bool:
    if len(text) > 24 or not _FIGURE.search(text):
        return False
    return _plain_number(text).value is not None or _minutes(text).value is not None  # 0:30 is one of time only


_FIGURE = re.compile(r"[\d０-９一二三四五六七八九十百千万]")
_plain_number, _minutes = number_reader(), number_reader("分")


@cache
def spellings(table: str, column: str) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str] | None]:
    """Folded spellings of each code of a categorical column, and the codes that ○ △ × stand for."""
    spec = tables()[table]["columns"][column]
    found: dict[str, tuple[str, ...]] = {}
    own = load("spellings").get(table, {}).get(column, {})
    values = spec.get("values") or {code: code for code in own if code != "marks"}
    for code, label in values.items():
        names = [label] if isinstance(label, str) else [label["ja"], label["en"]]
        found[code] = tuple(dict.fromkeys(folded(n) for n in (*names, *own.get(code, ()))))
    return found, own.get("marks")


def _recognised(shape: Profile, table: str, column: str) -> float:
    if not spellings(table, column)[0]:
        return 0.0
    return sum(_is_choice(table, column, v) for v in shape.sample) / max(1, len(shape.sample))


@lru_cache(maxsize=1 << 16, typed=True)
def _is_choice(table: str, column: str, value: Cell) -> bool:
    return category(value, *spellings(table, column)).value is not None


@cache
def _kinds() -> Mapping[str, re.Pattern]:
    return {kind: re.compile("|".join(patterns)) for kind, patterns in load("meanings")["kinds"].items()}


LONG = 8
"""Letters on average from which texts are more than a name or a code."""


@lru_cache(maxsize=1 << 13)
def kinds(shape: Profile) -> frozenset[str]:
    """What kinds of values a column has, as readings of meanings name them; none where it is empty.

    ``num``, ``date``, ``section``, ``law``, ``company``, ``month``, ``post``: most values are such. ``id``: all differ.
    ``long``: texts.
    """
    if shape.count == 0:
        return frozenset()
    found = set()
    if shape.numeric >= 0.5 and shape.dates < 0.5:
        found.add("num")
    if shape.dates >= 0.5 or shape.years >= 0.5:
        found.add("date")
    if shape.departments >= 0.5 and shape.numeric < 0.5:
        found.add("section")
    if shape.distinct >= 0.95:
        found.add("id")
    if shape.length >= LONG:
        found.add("long")
    texts = [v.strip() for v in shape.sample if isinstance(v, str)]
    for kind, pattern in _kinds().items():
        if sum(pattern.search(text) is not None for text in texts) >= 0.5 * shape.count:
            found.add(kind)
    return frozenset(found)


@lru_cache(maxsize=1 << 14)
def coded(shape: Profile, table: str, column: str) -> bool:
    """Whether most values are codes of one column: yes or no, where it asks that."""
    if tables()[table]["columns"][column]["type"] == "tri":
        return shape.marks >= 0.6
    return shape.count > 0 and _recognised(shape, table, column) >= 0.6


@lru_cache(maxsize=1 << 14)
def surely(shape: Profile, table: str, column: str) -> bool:
    """Whether nearly all values are codes of one column in words of its own (no plain yes or no), at least two of them
    different."""
    return all_own(_words_of(shape), table, column)


@cache
def coded_columns(table: str) -> tuple[str, ...]:
    """Columns of ``table`` that are answered with one of some codes."""
    return tuple(column for column, spec in tables()[table]["columns"].items() if spec.get("values"))


@lru_cache(maxsize=1 << 13)
def sure_columns(shape: Profile, table: str) -> frozenset[str]:
    """Those of `coded_columns` that the values are `surely`."""
    words = _words_of(shape)
    return frozenset(column for column in coded_columns(table) if all_own(words, table, column))


def all_own(words: Collection[str], table: str, column: str) -> bool:
    """The same of folded ``words``; what may as well be a mere yes, no or partly (併用) speaks neither way."""
    own = _own_words(table, column)
    if own.keys().isdisjoint(words):
        return False
    telling = [word for word in words if word not in _yes_no()]
    told = [own[word] for word in telling if word in own]
    return len(set(told)) >= 2 and len(told) >= 0.8 * len(telling)


@lru_cache(maxsize=1 << 13)
def abbreviated(words: tuple[str, ...], table: str, column: str) -> Mapping[str, str]:
    """What each of some folded words is short for among the answers of one column (基・個・内: 基幹業務システム, …).

    Empty unless every word stands for one answer and no two for the same.
    """
    if not all(len(word) <= MOST_SHORT and word in _every_name(table, column) for word in words):
        return {}
    names = dict(spellings(table, column)[0])
    label = {code: spelled[0] for code, spelled in names.items()}
    found: dict[str, str] = {}
    for fits_so in _WAYS:
        for word in words:
            fitting = [code for code, spelled in names.items() if word not in found and fits_so(spelled, word)]
            if len(fitting) == 1:
                found[word] = label[fitting[0]]
                del names[fitting[0]]
    return found if len(found) == len(words) else {}


@cache
def _every_name(table: str, column: str) -> str:
    """The folded answers of a column, a line each: what stands in none of them is short for none."""
    return "\n".join(name for spelled in spellings(table, column)[0].values() for name in spelled)


_WAYS = (
    lambda spelled, word: word in spelled,
    lambda spelled, word: spelled[0].startswith(word),
    lambda spelled, word: word in spelled[0],
    lambda spelled, word: any(name.startswith(word) for name in spelled),
)
"""How a word can be short for an answer, the surest first."""
MOST_SHORT = 6
"""Letters of an answer for short."""


@lru_cache(maxsize=1 << 13)
def asks_so(words: tuple[str, ...]) -> bool:
    """Whether some words are answers for short of one column of some table."""
    return any(
        spec.get("values") and abbreviated(words, table, column)
        for table, entry in tables().items()
        for column, spec in entry["columns"].items()
    )


@lru_cache(maxsize=1 << 13)
def _words_of(shape: Profile) -> frozenset[str]:
    return frozenset(folded(shown(v)) for v in shape.sample)


@cache
def _own_words(table: str, column: str) -> Mapping[str, str]:
    names = spellings(table, column)[0]
    return {name: code for code, spelled in names.items() for name in spelled if name not in _yes_no()}


@cache
def _yes_no() -> frozenset[str]:
    said = load("answers")
    words = [*(w for part in said["tri"].values() for w in part), *(w for p in said["missing"].values() for w in p)]
    return frozenset(folded(word) for word in words)


@cache
def _never_values(table: str, column: str) -> re.Pattern | None:
    patterns = load("headers")[table].get(column, {}).get("never_values")
    return re.compile("|".join(patterns)) if patterns else None


_IN_FIGURES = ("peak_period", "character_set", "fee_payment")
"""Columns of words that people also answer with a number (7, 412, 300)."""


def fits(shape: Profile, table: str, column: str, spec: Mapping[str, Any]) -> float:
    """How well a column's values can be ``column``: 0 impossible … 1 nothing speaks against it."""
    if shape.count == 0:
        return 1.0
    ruled_out = _never_values(table, column)
    if ruled_out and sum(bool(ruled_out.search(shown(v))) for v in shape.sample) > 0.5 * shape.count:
        return 0.0
    kind = spec["type"]
    few = shape.count < 3
    if column in ("note", "comment"):
        return 1.0
    if column in ("business_id", "system_id", "respondent_id") and table != "workflow" and shape.distinct < 0.8:
        return 0.5  # a number that repeats tells no rows apart
    if kind == "num":
        if shape.dates > 0.5:
            return 0.0
        storage = spec.get("unit", "")
        read = number_reader(storage)
        foreign = sum(read(v).issue == "unit_mismatch" for v in shape.sample) if storage else 0
        if foreign > 0.5 * shape.count:
            return 0.2
        return 1.0 if shape.numeric >= 0.4 else (0.6 if shape.numeric >= 0.15 or few else 0.2)
    if kind == "date":
        share = shape.dates + shape.years * (shape.dates < 0.5)
        if share >= 0.4:
            return 1.0
        if shape.numeric > 0.6:
            return 0.6 if any(_serial(v) for v in shape.sample) else 0.1
        return 0.6 if share > 0.1 or few else 0.3
    if kind == "likert":
        return 1.0 if shape.steps >= (0.3 if few else 0.6) else (0.5 if shape.steps >= 0.3 else 0.05)
    if kind == "tri":
        if shape.dates > 0.5 or (shape.numeric > 0.8 and shape.marks < 0.5):
            return 0.1
        return 1.0 if shape.marks >= 0.5 else (0.85 if shape.length < 12 else 0.55)
    if kind == "cat" and spec.get("values"):
        if shape.dates > 0.5 or shape.numeric > 0.9:
            recognised = _recognised(shape, table, column)
            return 1.0 if recognised > 0.8 else 0.1
        recognised = _recognised(shape, table, column)
        return 1.0 if recognised >= 0.5 else (0.75 if recognised > 0.15 else 0.45)
    if column in ("department", "owner_department", "bureau", "related_departments", "user_departments"):
        if shape.dates > 0.5 or (shape.numeric > 0.8 and shape.departments < 0.2):
            return 0.1
        return 1.0 if shape.departments >= 0.4 or few else 0.75
    if column in ("business", "system", "question", "action"):
        if shape.dates > 0.5 or shape.numeric > 0.8 or shape.marks > 0.8:
            return 0.1
        if "law" in kinds(shape):
            return 0.4
        return 0.6 if shape.departments > 0.8 and shape.distinct < 0.5 else 1.0
    if column.endswith(("_id", "_code")) or column in ("step", "form_number", "answer", "next_step"):
        # 「2001-01」 is a number of a business as well as a month: only true date cells speak against an id.
        true_dates = sum(isinstance(v, dt.date) for v in shape.sample) / shape.count
        if true_dates > 0.5 and column != "answer":
            return 0.3
        return 0.5 if shape.length > 25 and not few and column != "answer" else 1.0
    if shape.dates > 0.6 and kind in ("text", "list", "str"):
        return 0.2
    if "law" in kinds(shape) and column not in ("legal_basis", "regulation_kind", "note"):
        return 0.5
    if shape.numeric > 0.9 and kind in ("text", "list", "str") and column not in _IN_FIGURES:
        return 0.35
    if shape.marks > 0.9 and kind in ("text",) and shape.length < 4:
        return 0.4
    return 1.0


def _serial(value: Cell) -> bool:
    return isinstance(value, (int, float)) and 20_000 < value < 80_000
