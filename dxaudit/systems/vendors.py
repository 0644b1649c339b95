"""Which written companies are the same company, and which brand names cover a whole suite of modules.

A company is known by ``vocabulary/vendors.toml`` (aliases, former names, mergers); every other one by its folded name
without legal form and branch.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dxaudit.systems.names import fold, sound
from dxaudit.vocabulary import load


@cache
def _legal_pattern() -> re.Pattern[str]:
    words = load("names")["companies"]["legal_forms"]
    folded = sorted({fold(w) for w in words}, key=len, reverse=True)
    latin = "|".join(re.escape(w) for w in folded if w.isascii() and "(" not in w)
    other = "|".join(re.escape(w) for w in folded if not (w.isascii() and "(" not in w))
    return re.compile(rf"{other}|(?<![a-z])(?:{latin})(?![a-z])")


@cache
def _branch_pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(fold(w)) for w in load("names")["companies"]["branches"])
    # A branch is its place and its word: 関西支社, 東京営業所.
    return re.compile(rf"[一-鿿]{{0,3}}(?:{words})$")


@cache
def _nobody() -> frozenset[str]:
    return frozenset(fold(w) for w in load("names")["companies"]["none"])


def _bare(written: str) -> str:
    text = _legal_pattern().sub(" ", fold(written)).strip(" .,-()")
    short = _branch_pattern().sub("", text).strip(" .,-()")
    return (short or text).replace(" ", "")


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    by_name: dict[str, str] = {}
    by_sound: dict[str, str] = {}
    for key, company in load("vendors")["companies"].items():
        for name in company["names"]:
            by_name[_bare(name)] = key
            heard = sound(_bare(name))
            if len(heard) >= 4:
                by_sound.setdefault(heard, key)
    return by_name, by_sound


@lru_cache(maxsize=1 << 16)
def vendor_key(written: str) -> str:
    """One key per company: ``"(株)富士通"``, ``"富士通Japan株式会社 関西支社"`` → ``"fujitsu"``.

    Empty where the cell names nobody (自庁開発, 不明) or nothing.
    """
    name = _bare(written)
    if not name or name in _nobody():
        return ""
    by_name, by_sound = _known()
    if name in by_name:
        return by_name[name]
    heard = sound(name)
    return by_sound.get(heard) or name


def vendor_label(key: str, lang: str = "ja") -> str:
    """What people call the company of a key; the key itself where it is not a known company."""
    company = load("vendors")["companies"].get(key)
    return company["label"][lang] if company else key


@cache
def company_words() -> dict[str, str]:
    """Folded company names that stand in front of product names, each with its company's key."""
    return {
        _bare(name): key
        for key, company in load("vendors")["companies"].items()
        for name in company["names"]
        if len(_bare(name)) > 1
    }


@cache
def suite_words() -> tuple[str, ...]:
    """Folded brand names of suites, longest first."""
    return tuple(sorted((fold(w) for w in load("vendors")["suites"]["names"]), key=len, reverse=True))
