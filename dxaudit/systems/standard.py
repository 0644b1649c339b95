"""What the inventory says of a system and the standardised businesses: that it is one, that it is none, or which."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from dxaudit.vocabulary import load

_BRACKETS = re.compile(r"\(([^()]*)\)")


class Statement(NamedTuple):
    """``standard`` is None where nothing is said; ``business`` is "" where only yes or no is."""

    standard: bool | None
    business: str


@lru_cache(maxsize=1 << 14)
def read_statement(written: object) -> Statement:
    """What a cell of ``standardized_business`` says.

    Examples
    --------
    >>> read_statement("○"), read_statement("対象外")
    (Statement(standard=True, business=''), Statement(standard=False, business=''))
    >>> read_statement("○（住民基本台帳）").business, read_statement("個人住民税").business
    ('住民基本台帳', '個人住民税')
    """
    text = _flat(written) if isinstance(written, str) else ""
    if not text:
        return Statement(None, "")
    outside, inside = _BRACKETS.sub("", text), "・".join(_BRACKETS.findall(text))
    yes, no = _answers()
    if text in no or outside in no or outside.startswith(_refusals()):
        return Statement(False, "")
    if text in yes:
        return Statement(True, "")
    return Statement(True, inside if outside in yes else text.lstrip("○〇◯●◎:・"))


@cache
def _answers() -> tuple[frozenset[str], frozenset[str]]:
    own, usual = load("standard"), load("answers")["tri"]
    yes, no = ([*own[name], *usual[way]] for name, way in (("yes", "true"), ("no", "false")))
    return frozenset(map(_flat, yes + usual["partial"])), frozenset(map(_flat, no))


@cache
def _refusals() -> tuple[str, ...]:
    """Words of no that hold whatever stands behind them: 対象外（独自）, 対象外※1."""
    return tuple(word for word in map(_flat, load("standard")["no"]) if len(word) > 2)


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
