"""The answers that a header itself offers: 押印（1要 2一部 3不要）, 来庁 ○△×, 処理_紙・電子.

They are no part of the column's name. Their words say what the column asks, and what a mere code beneath them means.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dxaudit.intake.sheets import Cell, folded, shown
from dxaudit.intake.wording import is_answer, without_item

_CODED = re.compile(
    r"(?:^|(?<=[\s_(\[【:、,/]))([0-9]|[A-Za-z]|[ア-オ])\s?[.:=)\-→]?\s?([^\s_()\[\]【】、,/0-9]{1,12})(?=[\s_)\]】、,/]|$)"
)
_FIRST = frozenset("01Aaア")
_FOLLOWING = {
    **{chr(code): chr(code + 1) for code in range(ord("0"), ord("z"))},
    **dict(itertools.pairwise("アイウエオ")),
}
_PIECE = re.compile(r"[^_\n()\[\]【】]+")
_DIVIDING = re.compile(r"[・/、,]|\s+|又は|または|or|か(?=[^\s]{1,4}$)")
_MARKS = re.compile(r"[○〇◯●◎△▲×✕☓✓レ/・、,\s]{2,}")
_BETWEEN = re.compile(r"[\s、,/]*")
_OPENING = re.compile(r"[\s_(\[【:、,/]+$")
_CLOSING = re.compile(r"^[)\]】\s]+")
MOST = 8
"""Answers beyond which a list in a header is none of answers."""
CODES_FROM = 0.8
"""Share of a column's cells that have to be codes of its header for them to be read as such."""
STEPS = 5
"""Codes of a scale of skills, which are steps by themselves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A header taken apart.

    Attributes
    ----------
    name : str
        The header without the answers; the whole header where it names none, or nothing but answers.
    words : tuple of str
        The answers, folded.
    codes : dict of str to str
        The answer, as written, that each code stands for.
    """

    name: str
    words: tuple[str, ...]
    codes: Mapping[str, str]


@lru_cache(maxsize=20_000)
def asked(header: str) -> Asked:
    """The name and the answers of one header text."""
    text = unicodedata.normalize("NFKC", without_item(header))
    found = _coded(text)
    if found:
        name = f"{_OPENING.sub('', text[: found[0].start()])}{_CLOSING.sub('', text[found[-1].end() :])}"
        words = tuple(folded(hit[2]) for hit in found)
        return Asked(name or text, words, {folded(hit[1]): hit[2] for hit in found})
    name, words = text, ()
    for piece in _PIECE.finditer(text):
        told = _alternatives(piece.group())
        if told or _MARKS.fullmatch(piece.group()):
            rest = f"{_OPENING.sub('', text[: piece.start()])}{_CLOSING.sub('', text[piece.end() :])}"
            name, words = rest.strip("_ \n") or text, told
    return Asked(name, words, {})


def _coded(text: str) -> list[re.Match[str]]:
    """Answers with ascending codes that follow one upon the other; none where there are fewer than two."""
    hits = list(_CODED.finditer(text))
    start = next((n for n, hit in enumerate(hits) if hit[1] in _FIRST and hit.start() > 0), None)
    if start is None:
        return []
    found = [hits[start]]
    for before, hit in itertools.pairwise(hits[start:]):
        if hit[1] != _FOLLOWING.get(before[1]) or not _BETWEEN.fullmatch(text, before.end(), hit.start()):
            break
        found.append(hit)
    return found if 2 <= len(found) <= MOST else []


def _alternatives(text: str) -> tuple[str, ...]:
    """The answers that a piece of a header lists (要・一部・不要), () where not all of it are answers."""
    words = tuple(folded(word) for word in _DIVIDING.split(text.strip()) if word.strip())
    if not 2 <= len(words) <= MOST or any(len(word) > 12 for word in words):
        return ()
    return words if all(is_answer(word) for word in words) else ()


def decoded(header: str, values: Sequence[Cell]) -> Sequence[Cell]:
    """``values`` with the codes that ``header`` explains as their answers.

    The values themselves where it explains none, where a fifth of them are no codes, or where the codes are the five
    steps of a scale.
    """
    codes = asked(header).codes
    if not codes or len(codes) == STEPS:
        return values
    filled = [v for v in values if v != ""]
    told = {v: codes.get(_code(v)) for v in dict.fromkeys(filled)}
    known = sum(told[v] is not None for v in filled)
    if not filled or known < CODES_FROM * len(filled):
        return values
    return [told.get(v) or v for v in values]


def _code(value: Cell) -> str:
    return folded(shown(value)).strip("().")
