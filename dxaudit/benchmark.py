"""How does one municipality stand against the country, and against municipalities of its own choice?

National figures are data (``vocabulary/benchmark.toml``), each with edition, denominator and source. Two things are
kept apart throughout: whether something is *available* online, and whether it is *used* online.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from dxaudit.vocabulary import load


@cache
def _procedures() -> tuple[tuple[str, tuple[re.Pattern[str], ...], re.Pattern[str] | None], ...]:
    found = []
    for key, raw in load("procedures").items():
        ruled_out = re.compile(raw["not"]) if "not" in raw else None
        found.append((key, tuple(re.compile(words) for words in raw["match"]), ruled_out))
    return tuple(found)


@cache
def procedure_of(business: object) -> str | None:
    """Which nationally surveyed procedure a business is, by its name; None where none fits.

    Examples
    --------
    >>> procedure_of("図書館資料の貸出・予約受付"), procedure_of("人事評価")
    ('library_reservation', None)
    """
    if not isinstance(business, str):
        return None
    name = re.sub(r"[\s・]", "", unicodedata.normalize("NFKC", business).lower())
    own = _own_names().get(name)
    if own:
        return own
    for key, patterns, ruled_out in _procedures():
        if any(p.search(name) for p in patterns) and not (ruled_out and ruled_out.search(name)):
            return key
    return None


@cache
def _own_names() -> dict[str, str]:
    names = {}
    for key, raw in load("procedures").items():
        names[re.sub(r"[\s・]", "", unicodedata.normalize("NFKC", raw["name"]["ja"]).lower())] = key
    return names


@cache
def quartiles(procedure: str, municipality_type: str = "all") -> tuple[float, float, float] | None:
    """National quartiles (%) of the online application rate of a procedure: first, median, third.

    None where fewer municipalities reported than ``smallest_group``, or none did.
    """
    national = load("benchmark")
    raw = national["used"].get(procedure)
    if raw is None:
        return None
    at = national["types"].index(municipality_type)
    if raw["of"][at] < national["smallest_group"]:
        return None
    return float(raw["low"][at]), float(raw["middle"][at]), float(raw["high"][at])
