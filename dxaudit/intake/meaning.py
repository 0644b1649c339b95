"""What does a header that no dictionary knows say, word by word, and which column is that with these values beneath?

A header is divided into words of known meaning (``vocabulary/meanings.toml``). A column has readings: meanings that
must stand there together, with the kind of values beneath. The more of the header a reading explains, the surer it is:
受付番号 is explained by no reading of a number of cases. This is the weakest of the evidence of words: dictionary and
patterns (`dxaudit.intake.columns`) go before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import jaconv

from dxaudit.intake.evidence import Profile, coded, kinds, surely
from dxaudit.intake.numbers import unit
from dxaudit.intake.sheets import folded
from dxaudit.intake.wording import without_item
from dxaudit.vocabulary import load

ALONE = 0.42
"""Evidence of a reading of which the header says hardly more than its words; explaining all of it adds `EXPLAINED`."""
EXPLAINED = 0.38
BY_VALUES = 0.06
"""What each kind of values that a reading asks for and finds adds."""
WEIGHT = {"sure": 0.2, "post": 0.2, "law": 0.1, "company": 0.1}
"""Kinds of values that hardly any other column has add more."""
MINUTE = 1 / 60
"""Size of a minute among units of time."""
LONGEST = 60
"""Letters beyond which a header is an instruction, not a name."""


@dataclass(frozen=True)
class Words:
    """A header taken apart.

    Attributes
    ----------
    meanings : tuple of (letters, frozenset of str)
        How long each word of a known meaning is, and what it can mean.
    unknown : int
        Letters of no known word; hiragana not counted, which inflects and joins.
    foreign : frozenset of str
        Tables that do not keep what a word speaks of.
    """

    meanings: tuple[tuple[int, frozenset[str]], ...]
    unknown: int
    foreign: frozenset[str]

    @cached_property
    def said(self) -> frozenset[str]:
        """All that any word can mean."""
        return frozenset().union(*(meaning for _, meaning in self.meanings))


@dataclass(frozen=True)
class Reading:
    """Meanings that name a column together: those needed, those allowed beside, those that rule it out, the values."""

    needed: frozenset[str]
    allowed: frozenset[str]
    never: frozenset[str]
    values: frozenset[str]

    def evidence(self, words: Words) -> float:
        """How surely ``words`` say this, 0 where they do not; the values it asks for are taken to be there."""
        if not self.needed <= words.said:
            return 0.0
        mine = self.needed | self.allowed
        explained, beside = 0, words.unknown
        for letters, meaning in words.meanings:
            if meaning & mine:
                explained += letters
            elif "filler" in meaning:
                continue
            elif meaning & self.never:
                return 0.0
            else:
                beside += letters
        share = explained / (explained + beside) if explained or beside else 1.0
        return ALONE + EXPLAINED * share + sum(WEIGHT.get(kind, BY_VALUES) for kind in self.values)


@lru_cache(maxsize=20_000)
def words_of(header: str) -> Words:
    """The words of a header, the longest first at each place."""
    lexicon, pattern = _lexicon()
    short = load("meanings")["short_levels"]
    text = "_".join(short.get(level, level) for level in folded(without_item(header)).split("_"))
    meanings: list[tuple[int, frozenset[str]]] = []
    foreign: set[str] = set()
    position, rest = 0, []
    for hit in pattern.finditer(text):
        rest.append(text[position : hit.start()])
        position = hit.end()
        meaning = lexicon.get(hit.group(), frozenset(["year"]))
        meanings.append((len(hit.group()), meaning))
    rest.append(text[position:])
    unknown = len(re.sub(r"[ぁ-ん\W_]", "", "".join(rest)))
    for table, written in _foreign().items():
        if written.search(text):
            foreign.add(table)
    return Words(tuple(meanings), unknown, frozenset(foreign))


def meant(table: str, header: str, named: str, shape: Profile) -> dict[str, float]:
    """Columns of ``table`` that a header means over values of ``shape``, with the evidence for each.

    ``named`` is the unit in its brackets.
    """
    found: dict[str, float] = {}
    general = kinds(shape)
    for column, evidence, values, of_codes in _said(table, header, named):
        if (
            evidence > found.get(column, 0.0)
            and values <= general
            and all(_OF_CODES[kind](shape, table, column) for kind in of_codes)
        ):
            found[column] = evidence
    return found


_OF_CODES = {"code": coded, "sure": surely}


@lru_cache(maxsize=50_000)
def _said(table: str, header: str, named: str) -> tuple[tuple[str, float, frozenset[str], frozenset[str]], ...]:
    """What a header may mean: columns, the evidence for each, and the kinds of values it rests on; last those that are
    codes of the column itself."""
    words = words_of(header)
    if table in words.foreign or not words.meanings or len(header) > LONGEST:
        return ()
    if named:
        words = Words((*words.meanings, *words_of_unit(named)), words.unknown, words.foreign)
    return tuple(
        (column, evidence, reading.values - _OF_CODES.keys(), reading.values & _OF_CODES.keys())
        for column, readings in _readings(table).items()
        for reading in readings
        if reading.needed <= words.said and (evidence := reading.evidence(words))
    )


_UNIT_MEANS = {
    "count": "case", "time": "hour", "days": "hour", "person_year": "equivalent", "money": "money", "persons": "person",
}  # fmt: skip
_OF_ONE = re.compile("[/／](?:1|一)?(?:件|回|枚|人)")


def words_of_unit(written: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """The unit of a header as a word: 件 counts cases, 分/件 is a time for each of them."""
    given = unit(written)
    meaning = _UNIT_MEANS.get(given.dimension) if given else None
    if not meaning:
        return ()
    of_one = ((1, frozenset(["per_case"])),) if _OF_ONE.search(written) else ()
    # Minutes are what one case takes, unless a year or a total is spoken of.
    small = ((0, frozenset(["minute"])),) if given.dimension == "time" and given.size == MINUTE else ()
    return ((len(written), frozenset([meaning])), *small, *of_one)


@cache
def _lexicon() -> tuple[dict[str, frozenset[str]], re.Pattern]:
    known = load("meanings")
    found: dict[str, set[str]] = {}
    for meaning, words in (*known["words"].items(), ("filler", known["filler"])):
        for word in words:
            for spelled in _in_kana(folded(word)):
                found.setdefault(spelled, set()).add(meaning)
    longest_first = sorted(found, key=len, reverse=True)
    years = r"(?:令和|平成|[rh])(?:元|\d{1,2})(?:年度|年)?|20\d\d(?:年度|年)?"
    # A word of Latin letters is no part of another one: "no" is not in "node".
    written = (
        rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() and w.isalpha() else re.escape(w) for w in longest_first
    )
    return {word: frozenset(meaning) for word, meaning in found.items()}, re.compile(f"{years}|{'|'.join(written)}")


def _in_kana(word: str) -> set[str]:
    """A word and, where it is a longer one in kana, the same in the other kana: もやもや, モヤモヤ."""
    if not re.fullmatch("[ぁ-ゖァ-ヶー]{4,}", word):
        return {word}
    return {word, jaconv.kata2hira(word), jaconv.hira2kata(word)}


def qualified(table: str, header: str) -> frozenset[str]:
    """Columns of ``table`` that need a meaning of the header that turns what stands beside it (移行前, うち正規)."""
    turned = words_of(header).said.intersection(load("meanings")["qualifying"])
    if not turned:
        return frozenset()
    return frozenset(c for c, readings in _readings(table).items() if any(r.needed & turned for r in readings))


@cache
def _foreign() -> dict[str, re.Pattern]:
    known = load("meanings")["foreign"]
    return {
        table: re.compile("|".join(re.escape(folded(word)) for word in (*known["any"], *words)))
        for table, words in known.items()
        if table != "any"
    }


def is_foreign(table: str, header: str) -> bool:
    """Whether a header speaks of something that ``table`` does not keep (電話番号, 前年比)."""
    return table in words_of(header).foreign


@cache
def _readings(table: str) -> dict[str, tuple[Reading, ...]]:
    return {
        column: tuple(map(_reading, written)) for column, written in load("meanings")["readings"].get(table, {}).items()
    }


def _reading(written: str) -> Reading:
    parts = written.split()
    kinds = {sign: frozenset(p[1:] for p in parts if p[0] == sign) for sign in "?!#"}
    needed = frozenset(p for p in parts if p[0] not in "?!#")
    return Reading(needed, kinds["?"], kinds["!"], kinds["#"])
