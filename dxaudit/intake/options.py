"""The answers that a header itself offers, or a note above the table: 押印（1要 2一部 3不要）, 来庁 ○△×, 処理_紙・電子.

They are no part of the column's name. Their words say what the column asks, and what a mere code beneath them means.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dxaudit.intake.evidence import abbreviated, asks_so
from dxaudit.intake.sheets import Cell, folded, shown
from dxaudit.intake.values import is_missing
from dxaudit.intake.wording import is_answer, without_item

_CODED = re.compile(
    r"(?:^|(?<=[\s_(\[【:、,/]))([0-9]|[A-Za-z]|[ア-コ])\s?([.:=)\-→]?)\s?"
    r"([^\s_()\[\]【】、,/0-9]{1,14})(?=[\s_)\]】、,/]|$)"
)
_MARK = "[○〇◯●◎△▲×✕]"
_SIGNED = re.compile(
    rf"(?:^|(?<=[\s_(\[【:、,/・]))({_MARK}|[A-Za-z]{{1,8}})\s?([=→]|(?<={_MARK}))\s?"
    rf"((?:(?!{_MARK}|・{_MARK})[^\s_()\[\]【】、,/=]){{1,16}})(?:\([^()]{{1,24}}\))?(?=[\s_)\]】、,/]|・{_MARK}|$)"
)
"""An answer behind a mark, or joined by a sign to a code of any letters (cl＝クラウド, ◎全部)."""
_FIRST = frozenset("01Aaア")
_FOLLOWING = {
    **{chr(code): chr(code + 1) for code in range(ord("0"), ord("z"))},
    **dict(itertools.pairwise("アイウエオカキクケコ")),
}
_PIECE = re.compile(r"[^_\n()\[\]【】]+")
_DIVIDING = re.compile(r"[・/、,]|\s+|又は|または|or|か(?=[^\s]{1,4}$)")
_MARKS = re.compile(r"[○〇◯●◎△▲×✕☓✓レ/・、,\s]{2,}")
_BETWEEN = re.compile(r"[\s、,/・]*")
_OPENING = re.compile(r"[\s_(\[【:、,/]+$")
_CLOSING = re.compile(r"^[)\]】\s]+")
_EXAMPLE = re.compile(r"[\n_\s(\[【]例\s*[:)].*$", re.DOTALL)
_NUMBERED = re.compile(r"^(?:[QqＱ]|問|設問|質問)\s*\d{1,2}(?!\d)[.:、\s]*(?=\D)")
_NAMED = re.compile(r"「([^」]+)」|([^「」\s・、,→…:=※()]+)")
_NO_NAMES = re.compile(r"^(?:注|選択肢|記号|凡例|符号|記入|番号)|の?(?:記号|符号|選択肢|番号)$")
MOST = 9
"""Answers beyond which a list in a header is none of answers."""
SIGNED_FROM = 3
"""Codes in any order (C＝クライアントサーバ W＝ウェブ) that a sign has to join to their words to be a legend."""
CODES_FROM = 0.8
"""Share of a column's cells that have to be codes of its header for them to be read as such."""
STEPS = 5
"""Codes of a scale of skills, which are steps by themselves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A header taken apart.

    Attributes
    ----------
    whole : str
        The header without an example beneath it (例：二重入力).
    name : str
        That without number of the question and answers; all of it where it names nothing else.
    words : tuple of str
        The answers, folded.
    codes : dict of str to str
        The answer, as written, that each code stands for.
    """

    whole: str
    name: str
    words: tuple[str, ...]
    codes: Mapping[str, str]


@lru_cache(maxsize=20_000)
def asked(header: str) -> Asked:
    """The name and the answers of one header text."""
    whole = _EXAMPLE.sub("", unicodedata.normalize("NFKC", header))
    found = _coded(whole)
    if found:
        name = f"{_OPENING.sub('', whole[: found[0].start()])}{_CLOSING.sub('', whole[found[-1].end() :])}"
        words = tuple(folded(hit[3]) for hit in found)
        return Asked(whole, _unnumbered(name) or whole, words, {folded(hit[1]): hit[3] for hit in found})
    # A circled number that heads no answers is the number of the item.
    text = unicodedata.normalize("NFKC", without_item(header))
    whole = _EXAMPLE.sub("", text)
    name, words = whole, ()
    for piece in _PIECE.finditer(whole):
        told = _alternatives(piece.group())
        if told or _MARKS.fullmatch(piece.group()):
            rest = f"{_OPENING.sub('', whole[: piece.start()])}{_CLOSING.sub('', whole[piece.end() :])}"
            name, words = rest.strip("_ \n") or whole, told
    # A header as it stands stays as written: its name is asked about only once.
    return Asked(header if whole == text else whole, _unnumbered(name), words, {})


def _unnumbered(name: str) -> str:
    return _NUMBERED.sub("", name) or name


def is_answers(text: str) -> bool:
    """Whether a text beneath a header is nothing but its answers."""
    return asked(f"項目_{text}").name == "項目"


def _coded(text: str) -> list[re.Match[str]]:
    """Answers with ascending codes, or codes that signs join to them, that follow one upon the other; none where there
    are fewer than two."""
    hits = list(_CODED.finditer(text))
    for start, first in enumerate(hits):
        if first.start() == 0:
            continue
        found = [first]
        for before, hit in itertools.pairwise(hits[start:]):
            if not _BETWEEN.fullmatch(text, before.end(), hit.start()):
                break
            found.append(hit)
        rising = list(
            itertools.takewhile(lambda pair: pair[1][1] == _FOLLOWING.get(pair[0][1]), itertools.pairwise(found))
        )
        if first[1] in _FIRST and rising:
            # The last code may stand apart (9なし).
            rest = len(found) == len(rising) + 2
            found = found[: len(rising) + 1 + rest]
        elif len(found) < SIGNED_FROM or not all(hit[2] for hit in found) or len({h[1] for h in found}) < len(found):
            continue
        return found if len(found) <= MOST else []
    return _joined(text)


def _joined(text: str) -> list[re.Match[str]]:
    """The first answers in a row that marks or signs join to codes of their own; none where there are less than two."""
    row: list[re.Match[str]] = []
    for hit in _SIGNED.finditer(text):
        if row and not _BETWEEN.fullmatch(text, row[-1].end(), hit.start()):
            if len(row) > 1:
                break
            row = []
        row.append(hit)
    several = 2 <= len(row) <= MOST and len({folded(hit[1]) for hit in row}) == len(row) and row[0].start() > 0
    return row if several else []


def _alternatives(text: str) -> tuple[str, ...]:
    """The answers that a piece of a header lists (要・一部・不要), () where not all of it are answers."""
    words = tuple(folded(word) for word in _DIVIDING.split(text.strip()) if word.strip())
    if not 2 <= len(words) <= MOST or any(len(word) > 12 or word.isdecimal() for word in words):
        return ()
    return words if all(is_answer(word) for word in words) or asks_so(words) else ()


@lru_cache(maxsize=1000)
def explained(header: str, above: str) -> str:
    """A header with the codes that a note above the table gives for it (選定方法 → 1=一般競争 2=指名競争) behind it."""
    if not above or asked(header).codes:
        return header
    text, end = unicodedata.normalize("NFKC", above), 0
    own = folded(asked(header).name)
    number = _NUMBERED.match(unicodedata.normalize("NFKC", header))
    while found := _coded(f" {text[end:]}"):
        begin, stop = end + found[0].start() - 1, end + found[-1].end() - 1
        names = {folded(a or b) for a, b in _NAMED.findall(text[end:begin])}
        names = {_NO_NAMES.sub("", name) for name in names}
        if any(len(name) > 1 and name in own for name in names) or (number and folded(number[0]) in names):
            return f"{header}_{' '.join(f'{hit[1]}={hit[3]}' for hit in found)}"
        end = stop
    return header


def legend(header: str, table: str = "", column: str = "") -> Mapping[str, str]:
    """What the codes beneath a header mean: those it explains, or what the answers of a column are called for short.

    Without a column the five steps of a scale are left out, which are figures by themselves.
    """
    head = asked(header)
    if head.codes:
        return head.codes if column or len(head.codes) != STEPS else {}
    return abbreviated(head.words, table, column) if column and head.words else {}


def decoded(values: Sequence[Cell], codes: Mapping[str, str]) -> Sequence[Cell]:
    """``values`` with ``codes`` as what they mean; the values themselves where a fifth of them are neither codes nor
    what these mean.
    """
    filled = [v for v in values if not is_missing(v)] if codes else []
    told = {v: codes.get(_code(v)) for v in dict.fromkeys(filled)}
    written = {folded(answer) for answer in codes.values()}
    known = sum(told[v] is not None or _code(v) in written for v in filled)
    # An answer that is written out is no code.
    meant = any(answer and folded(answer) != _code(v) for v, answer in told.items())
    if known < CODES_FROM * len(filled) or not meant:
        return values
    return [told.get(v) or v for v in values]


def _code(value: Cell) -> str:
    return folded(shown(value)).strip("().")
