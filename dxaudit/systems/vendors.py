"""Which written companies are the same company, and which brand names cover a whole suite of modules.

A company is known by ``vocabulary/vendors.toml`` (aliases, former names, mergers); every other one by its folded name
without legal form and branch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from dxaudit.systems.names import alternatives, fold_all
from dxaudit.systems.sounds import letters, sound_all
from dxaudit.vocabulary import load

_REMARK = re.compile(r"\([^()\n]*\)")
_INSIDE = re.compile(r"\(([^()\n]{2,})\)")
_KANJI = re.compile("[一-鿿々]+")


@cache
def _legal_pattern() -> re.Pattern[str]:
    words = load("names")["companies"]["legal_forms"]
    return re.compile(alternatives(words))


@cache
def _branch_pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, fold_all(load("names")["companies"]["branches"])))
    # A branch is its place and its word: 関西支社, 東京営業所.
    return re.compile(rf"[一-鿿]{{0,3}}(?:{words})$", re.MULTILINE)


@cache
def _nobody() -> frozenset[str]:
    return frozenset(fold_all(load("names")["companies"]["none"]))


def _bare(written: Sequence[str]) -> list[str]:
    """Folded companies without legal form and branch."""
    lines = _legal_pattern().sub(" ", "\n".join(fold_all(written)))
    # What stands in brackets says where or formerly what the company is, unless nothing stands outside.
    names = [
        outside or line
        for outside, line in zip(_without_ends(_REMARK.sub(" ", lines)), _without_ends(lines), strict=True)
    ]
    short = _without_ends(_branch_pattern().sub("", "\n".join(names)))
    bare = [letters((one or other).replace(" ", "")) for one, other in zip(short, names, strict=True)]
    return bare[: len(written)]


def _without_ends(lines: str) -> list[str]:
    return [line.strip(" .,-()") for line in lines.split("\n")]


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Key of each known company by its names, and by their sounds."""
    companies = load("vendors")["companies"]
    written = [(key, name) for key, c in companies.items() for name in (*c.get("names", ()), *c.get("products", ()))]
    keys = [key for key, _ in written]
    names = _bare([name for _, name in written])
    by_sound: dict[str, str] = {}
    for heard, key in zip(sound_all(names), keys, strict=True):
        if len(heard) >= 4:
            by_sound.setdefault(heard, key)
    return dict(zip(names, keys, strict=True)), by_sound


def vendor_keys(written: Sequence[str]) -> list[str]:
    """`vendor_key` of many companies at once."""
    by_name, by_sound = _known()
    names = _bare(written)
    heard = sound_all(names)
    return [
        "" if not name or name in _nobody() else by_name.get(name) or by_sound.get(said) or name
        for name, said in zip(names, heard, strict=True)
    ]


def vendors_of_list(written: Sequence[str]) -> list[str]:
    """`vendor_keys` of the companies of one list, short forms that stand for one company of the list resolved.

    黒潮 is 黒潮ソフト where only one company begins so, 国航 is 国際航業, and MIC（南日本情報処理センター） says itself
    what MIC means.
    """
    keys, names = vendor_keys(written), _bare(written)
    known = load("vendors")["companies"]
    means: dict[str, set[str]] = {}
    for name, key in zip(names, keys, strict=True):
        if not key:
            continue
        for short in _short_forms(name):
            means.setdefault(short, set()).add(key)
    remarks = [(n, inside) for n, text in enumerate(fold_all(written)) for inside in _INSIDE.findall(text)]
    listed = set(keys)
    for (n, _), key in zip(remarks, vendor_keys([inside for _, inside in remarks]), strict=True):
        if key and key != keys[n] and (key in listed or key in known):
            means.setdefault(names[n], set()).add(key)
    short = {name: found.pop() for name, found in means.items() if len(found) == 1}
    return [key if key in known else short.get(key, key) for key in keys]


def _short_forms(name: str) -> set[str]:
    """What people call a company for short: without ソフト, システム; of every two kanji the first (国際航業: 国航)."""
    found = {name[: len(name) - len(end[0])] for end in [_tail_pattern().search(name)] if end}
    if _KANJI.fullmatch(name) and len(name) >= 4:
        found.add(name[::2])
    return {short for short in found if len(short) > 1}


@cache
def _tail_pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(fold_all(load("names")["companies"]["tails"]), key=len, reverse=True)))
    return re.compile(rf"(?<=..)(?:{words})+$")


def vendors_in_names(names: Sequence[str]) -> list[str]:
    """Key of the one company that each folded name names as a word of its own; "" for none or several."""
    found = []
    for hits in (set(_own_word().findall(name)) for name in names):
        keys = set(vendor_keys(sorted(hits)))
        found.append(keys.pop() if len(keys) == 1 else "")
    return found


@cache
def _own_word() -> re.Pattern[str]:
    words = sorted((w for w in company_words() if len(w) > 2), key=len, reverse=True)
    latin, other = ("|".join(re.escape(w) for w in words if w.isascii() is ascii) for ascii in (True, False))
    return re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])|(?<![一-鿿々ァ-ヺー])(?:{other})(?![一-鿿々ァ-ヺー])")


@lru_cache(maxsize=1 << 16)
def vendor_key(written: str) -> str:
    """One key per company: ``"(株)富士通"``, ``"富士通Japan株式会社 関西支社"`` → ``"fujitsu"``.

    Empty where the cell names nobody (自庁開発, 不明) or nothing.
    """
    return vendor_keys([written])[0]


def vendor_label(key: str, lang: str = "ja") -> str:
    """What people call the company of a key; the key itself where it is not a known company."""
    company = load("vendors")["companies"].get(key)
    return company["label"][lang] if company else key


@cache
def company_words() -> frozenset[str]:
    """Folded company names that stand in front of product names."""
    names = _bare([name for company in load("vendors")["companies"].values() for name in company.get("names", ())])
    return frozenset(name for name in names if len(name) > 1)


@cache
def suite_words() -> frozenset[str]:
    """Folded brand names of suites."""
    return frozenset(fold_all(load("vendors")["suites"]["names"]))
