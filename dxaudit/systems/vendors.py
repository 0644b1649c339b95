"""Which written companies are the same company, and which brand names cover a whole suite of modules.

A company is known by ``vocabulary/vendors.toml`` (aliases, former names, mergers); every other one by its folded name
without legal form and branch.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Sequence
from functools import cache, lru_cache
from itertools import chain, islice, takewhile
from typing import NamedTuple

import numpy as np

from dxaudit.systems.names import alternatives, fold_all, national_systems
from dxaudit.systems.sounds import letters, sound_all
from dxaudit.systems.terms import TermIndex
from dxaudit.vocabulary import load

_REMARK = re.compile(r"\([^()\n]*\)")
_INSIDE = re.compile(r"\(([^()\n]{2,})\)")
_KANJI = re.compile("[一-鿿々]+")
_SHORTEST = 2


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


def _bare(folded: Sequence[str]) -> list[str]:
    """Folded companies without legal form and branch."""
    lines = _legal_pattern().sub(" ", "\n".join(folded))
    # What stands in brackets says where or formerly what the company is, unless nothing stands outside.
    names = [
        outside or line
        for outside, line in zip(_without_ends(_REMARK.sub(" ", lines)), _without_ends(lines), strict=True)
    ]
    short = _without_ends(_branch_pattern().sub("", "\n".join(names)))
    joined = [(one or other).replace(" ", "") for one, other in zip(short, names, strict=True)]
    spelled = {name: letters(name) for name in dict.fromkeys(joined)}
    return [spelled[name] for name in joined[: len(folded)]]


def _without_ends(lines: str) -> list[str]:
    return [line.strip(" .,-()") for line in lines.split("\n")]


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Key of each known company by its names, and by their sounds."""
    companies = load("vendors")["companies"]
    written = [(key, name) for key, c in companies.items() for name in (*c.get("names", ()), *c.get("products", ()))]
    keys = [key for key, _ in written]
    names = _bare(fold_all([name for _, name in written]))
    by_sound: dict[str, str] = {}
    for heard, key in zip(sound_all(names), keys, strict=True):
        if len(heard) >= 4:
            by_sound.setdefault(heard, key)
    return dict(zip(names, keys, strict=True)), by_sound


def vendor_keys(written: Sequence[str]) -> list[str]:
    """`vendor_key` of many companies at once."""
    return _keys(_bare(fold_all(written)))


def _keys(names: list[str]) -> list[str]:
    """`vendor_key` of bare names."""
    by_name, by_sound = _known()
    nobody = _nobody()
    unknown = [name for name in dict.fromkeys(names) if name and name not in nobody and name not in by_name]
    heard = dict(zip(unknown, sound_all(unknown), strict=True))
    key = by_name | {name: by_sound.get(said) or name for name, said in heard.items()}
    return ["" if name in nobody else key.get(name, "") for name in names]


class Listed(NamedTuple):
    """The companies that one list writes: their bare names and their keys."""

    names: list[str]
    keys: list[str]


def vendors_of_list(written: Sequence[str]) -> Listed:
    """`vendor_keys` of the companies of one list, short forms that stand for one company of the list resolved.

    黒潮 is 黒潮ソフト where only one company begins so, 国航 is 国際航業, and MIC（南日本情報処理センター） says itself
    what MIC means.
    """
    folded = fold_all(written)
    names = _bare(folded)
    keys = _keys(names)
    known = load("vendors")["companies"]
    means: dict[str, set[str]] = {}
    for name, key in dict(zip(names, keys, strict=True)).items():
        for short in _short_forms(name) if key else ():
            means.setdefault(short, set()).add(key)
    remarks = [(n, inside) for n, text in enumerate(folded) if "(" in text for inside in _INSIDE.findall(text)]
    listed = known.keys() | set(keys)
    for (n, _), key in zip(remarks, vendor_keys([inside for _, inside in remarks]), strict=True):
        if key and key != keys[n] and key in listed:
            means.setdefault(names[n], set()).add(key)
    short = {name: found.pop() for name, found in means.items() if len(found) == 1}
    return Listed(names, [key if key in known else short.get(key, key) for key in keys])


def _short_forms(name: str) -> set[str]:
    """What people call a company for short: without ソフト, システム; of every two kanji the first (国際航業: 国航)."""
    end = _tail_pattern().search(name)
    found = {name[: end.start()]} if end else set()
    if len(name) >= 4 and _KANJI.fullmatch(name):
        found.add(name[::2])
    return {short for short in found if len(short) > 1}


@cache
def _tail_pattern() -> re.Pattern[str]:
    words = "|".join(map(re.escape, sorted(fold_all(load("names")["companies"]["tails"]), key=len, reverse=True)))
    return re.compile(rf"(?<=..)(?:{words})+$")


def vendors_in_names(names: Sequence[str], hiding: frozenset[str]) -> list[str]:
    """Key of the one company that each folded name names as a word of its own; "" for none or several.

    Words of ``hiding`` (Microsoft Access) hide the company in them.
    """
    index = _own_words(hiding)
    hits = index.find(list(names))
    begin = np.cumsum([0] + [len(name) + 1 for name in names])
    found: dict[int, set[str]] = {}
    for n, term, start in zip(
        hits.text.tolist(), hits.term.tolist(), (hits.start - begin[hits.text]).tolist(), strict=True
    ):
        word, name = index.terms[term], names[n]
        beside = name[max(start - 1, 0) : start] + name[start + len(word) : start + len(word) + 1]
        if word not in hiding and (word.isascii() or word in national_systems() or not _KANJI.search(beside)):
            found.setdefault(n, set()).add(word)
    said = sorted(frozenset().union(*found.values()))
    # Who distributes a national system is known without a word of it.
    given = {word: system["distributor"] for word, system in national_systems().items()}
    key = dict(zip(said, vendor_keys(said), strict=True)) | given
    keys = {n: {key[word] for word in words} for n, words in found.items()}
    return [next(iter(keys[n])) if len(keys.get(n, ())) == 1 else "" for n in range(len(names))]


def vendors_in_brackets(names: Sequence[str], listed: Listed, words: Container[str]) -> list[str]:
    """Key of the one company of the list that stands in brackets behind each folded name, in full or cut short.

    企業会計（両毛） names 両毛システムズ where the list has it; ``words`` and places (保健センター) are no companies.
    """
    known = dict(zip(*listed, strict=True))
    ordered = sorted(name for name, key in known.items() if key)
    ends = load("names")["companies"]["no_short_ends"]
    remarks = [_INSIDE.findall(name) if "(" in name else () for name in names]
    # Few remarks stand behind many names (LGWAN版): each is looked up once.
    distinct = list(dict.fromkeys(chain.from_iterable(remarks)))
    meant: dict[str, set[str]] = {}
    for remark, inside in zip(distinct, _bare(fold_all(distinct)), strict=True):
        if len(inside) >= _SHORTEST and inside not in words and inside[-1] not in ends:
            first = bisect_left(ordered, inside)
            begun = takewhile(lambda full, short=inside: full.startswith(short), islice(ordered, first, None))
            meant[remark] = {known[full] for full in begun}
    keys = [set().union(*(meant.get(remark, ()) for remark in held)) if held else () for held in remarks]
    return [next(iter(key)) if len(key) == 1 else "" for key in keys]


@cache
def _own_words(hiding: frozenset[str]) -> TermIndex:
    words = sorted({word for word in company_words() if len(word) > 2} | hiding | national_systems().keys())
    return TermIndex(words, [True] * len(words), [True] * len(words))


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
    companies = load("vendors")["companies"].values()
    names = _bare(fold_all([name for company in companies for name in company.get("names", ())]))
    return frozenset(name for name in names if len(name) > 1)


@cache
def suite_words() -> frozenset[str]:
    """Folded brand names of suites."""
    return frozenset(fold_all(load("vendors")["suites"]["names"]))
