"""Which product names of one company are the same product with an edition or option added, or in another script.

A list names products in its package column (ゆびナビ, ゆびナビぷらす; School Engine, スクールエンジン) while the
systems go by what each section does with them. One name inside the other counts at the border of a word; a brand that
stands over several functions is a suite and counts for nothing, a word that names another function is a module.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations, product

import numpy as np
import pandas as pd

from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.names import fold_all
from dxaudit.systems.sounds import loan_word, loans
from dxaudit.systems.vendors import company_words, suite_words
from dxaudit.vocabulary import load

_SUITE_FROM = 3
_SHORTEST = 3


@cache
def _options() -> frozenset[str]:
    return _squeezed(load("names")["generic"]["options"])


@cache
def _says_nothing() -> frozenset[str]:
    spec = load("names")["generic"]
    return _squeezed(
        [*spec["no_package"], *spec["words"], *spec["suffixes"], *spec["activities"], *spec["options"]]
    ) | {""}


@cache
def _suites() -> frozenset[str]:
    return frozenset(w.replace(" ", "") for w in suite_words())


def _squeezed(words: list[str]) -> frozenset[str]:
    return frozenset(w.replace(" ", "") for w in fold_all(words))


def package_keys(stems: Sequence[str]) -> list[str]:
    """Stems of packages as they are compared: without the company in front; ``""`` if no product.

    Words stay apart by single spaces.
    """
    return [_key(stem) for stem in stems]


def _key(stem: str) -> str:
    key = " ".join(stem.replace("-", " ").split())
    first, _, rest = key.partition(" ")
    if first in company_words() and len(rest) >= _SHORTEST:
        key = rest
    bare = key.replace(" ", "")
    return "" if len(bare) < _SHORTEST or bare in _says_nothing() or bare in company_words() else key


def related_cores(cores: pd.DataFrame, brands: list[dict[str, str]], known: Taxonomy) -> pd.DataFrame:
    """Pairs of cores that a product name joins.

    Parameters
    ----------
    cores : DataFrame
        vendor, job, package (`package_keys`).
    brands : list of dict of brand to module
        Brands in the names of each core (`Labels.brands`): they stand in where it has no package.

    Returns
    -------
    DataFrame
        core_a < core_b, like (0–1), firm: the function does not part them unless it is well decided.
    """
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    telling = {brand for found in brands for brand in found} | set(cores["package"].tolist())
    telling = {k for k in telling if len(bare := k.replace(" ", "")) >= _SHORTEST and bare not in _says_nothing()}
    for core, (vendor, package) in enumerate(zip(cores["vendor"].tolist(), cores["package"].tolist(), strict=True)):
        if vendor:
            for key in (package,) if package else brands[core]:
                if key in telling:
                    holders[vendor, key].append(core)
    jobs = cores["job"].tolist()
    found = [*_written(holders), *_heard(holders)]
    known_names = _covered(holders, found, jobs)
    module = _named_functions([rest for _, _, rest in found], known)
    claims: dict[tuple[int, int], tuple[float, bool]] = {}
    rule = load("overlaps")["product"]
    for base, longer, rest in found:
        if base[1].replace(" ", "") in _suites() or len(known_names[base]) >= _SUITE_FROM:
            continue
        says = module.get(rest, "")
        plain = not rest or _is_option(rest)
        like = 1.0 if not rest else rule["option_added"]
        for one, other in _some(holders, base, longer):
            pair = {jobs[one], jobs[other]} - {""}
            # A word of another function makes a module, unless both rows do the same anyway.
            if says and says != jobs[one] and (not jobs[one] or jobs[one] != jobs[other]):
                continue
            if base == longer and len(pair) == 2 and _two_modules(brands[one].get(base[1]), brands[other].get(base[1])):
                continue
            claim = (like, plain or says in pair)
            key = (one, other) if one < other else (other, one)
            claims[key] = max(claims.get(key, claim), claim)
    rows = [(*pair, *claim) for pair, claim in sorted(claims.items())]
    frame = pd.DataFrame(rows, columns=["core_a", "core_b", "like", "firm"])
    return frame.astype({"core_a": np.int64, "core_b": np.int64, "like": float, "firm": bool})


def _two_modules(one: str | None, other: str | None) -> bool:
    """Whether one brand stands before another module on each side, or before one on one side only."""
    return one is not None and other is not None and one != other


Found = tuple[tuple[str, str], tuple[str, str], str]


def _written(holders: dict[tuple[str, str], list[int]]) -> list[Found]:
    """(shorter, longer, what the longer one adds) of equal names and of names that begin with another at a border."""
    squeezed: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    compared = _beside_others(holders)
    for vendor, key in compared:
        squeezed[vendor, key.replace(" ", "")].append((vendor, key))
    found: list[Found] = [(entry, entry, "") for entry, held in holders.items() if len(held) > 1]
    found += [(a, b, "") for same in squeezed.values() for a, b in combinations(same, 2)]
    for vendor, key in compared:
        for cut in range(_SHORTEST, len(key)):
            entries = squeezed.get((vendor, key[:cut].replace(" ", "")))
            rest = key[cut:].strip()
            if entries and (key[cut] == " " or _border(key[:cut].rstrip(), rest)):
                found += [(entry, (vendor, key), rest) for entry in entries]
    return found


def _beside_others(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names whose company has another one: only names of one company are compared."""
    names = list(names)
    count = Counter(vendor for vendor, _ in names)
    return [(vendor, key) for vendor, key in names if count[vendor] > 1]


def _border(base: str, rest: str) -> bool:
    """Whether a word may end between ``base`` and ``rest``: another script begins, or a word for an option."""
    return bool(rest) and (_script(base[-1]) != _script(rest[0]) or rest in _options())


def _script(char: str) -> str:
    if char.isascii():
        return "digit" if char.isdigit() else "latin"
    return "kana" if "ァ" <= char <= "ヺ" or char == "ー" else "other"


def _heard(holders: dict[tuple[str, str], list[int]]) -> list[Found]:
    """Names written once in Latin letters, once in kana (School Engine, スクールエンジン)."""
    spoken: list[tuple[tuple[str, str], str]] = []
    for vendor, key in _beside_others(holders):
        words = key.split()
        options = [n for n in range(1, len(words)) if _is_option(" ".join(words[n:]))]
        spoken += [((vendor, key), " ".join(words[:cut])) for cut in (len(words), *options)]
    distinct = list(dict.fromkeys(text for _, text in spoken))
    heard = dict(zip(distinct, loans(distinct), strict=True))
    by_sound: dict[tuple[str, str], list[tuple[tuple[str, str], str]]] = defaultdict(list)
    for entry, text in spoken:
        for sound in sorted(heard[text].sounds):
            by_sound[entry[0], sound].append((entry, text))
    found: dict[tuple[tuple[str, str], tuple[str, str]], str] = {}
    for same in by_sound.values():
        for (one, said), (other, told) in combinations(same, 2):
            if one != other and loan_word(heard[said], heard[told]):
                rest = one[1][len(said) :].strip() or other[1][len(told) :].strip()
                base, longer = (other, one) if one[1] != said else (one, other)
                found.setdefault((base, longer), rest)
    return [(base, longer, rest) for (base, longer), rest in found.items()]


def _covered(
    holders: dict[tuple[str, str], list[int]], found: list[Found], jobs: list[str]
) -> dict[tuple[str, str], set[str]]:
    """Functions under each name, those of its longer forms included."""
    covered = {entry: {jobs[core] for core in held} - {""} for entry, held in holders.items()}
    own = {entry: set(functions) for entry, functions in covered.items()}
    for base, longer, _ in found:
        covered[base] |= own[longer]
    return covered


def _named_functions(rests: list[str], known: Taxonomy) -> dict[str, str]:
    """Function that an added word names by itself, where it names one."""
    distinct = [r for r in dict.fromkeys(rests) if r and not _is_option(r)]
    hits = known.index.find(distinct)
    words = known.uses[known.uses["kind"] == "words"].drop_duplicates("term").set_index("term")["function"]
    codes = known.codes
    return {distinct[n]: codes[words[t]] for n, t in zip(hits.text, hits.term, strict=True) if t in words.index}


def _is_option(rest: str) -> bool:
    words = rest.split()
    return rest.replace(" ", "") in _options() or all(word in _options() or word.isdigit() for word in words)


def _some(holders: dict, base: tuple[str, str], longer: tuple[str, str]) -> list[tuple[int, int]]:
    """Pairs of cores of two names: all of few; of many, each with the first of the other side."""
    one, other = holders[base], holders[longer]
    if base == longer:
        return list(combinations(one, 2)) if len(one) <= 60 else [(one[0], core) for core in one[1:]]
    if len(one) * len(other) <= 3600:
        return [(a, b) for a, b in product(one, other) if a != b]
    return [(one[0], b) for b in other if b != one[0]] + [(a, other[0]) for a in one[1:] if a != other[0]]
