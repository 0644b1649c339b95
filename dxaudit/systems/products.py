"""Which rows are the same product: names by what is left when function words are gone, vendor and function as evidence.

A name's *brand* is what remains without the words of its function, its vendor, its municipality and words like 管理:
よやくん施設予約システム → ヨヤクン. Two rows with nothing but function words (施設予約システム) are one product only where the
vendor says so. Rows fall together into *cores* (same names, vendor and function); only cores are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.names import fold, parse, sound
from dxaudit.systems.similarity import neighbours, ngrams
from dxaudit.systems.vendors import company_words, suite_words
from dxaudit.vocabulary import load

SIGNALS = ("name", "vendor", "function", "version")
_NEAREST = 12
_ALIKE = 0.35


@cache
def _no_package() -> frozenset[str]:
    return frozenset(fold(w) for w in load("names")["generic"]["no_package"])


@cache
def _company_pattern() -> re.Pattern[str]:
    words = sorted(company_words(), key=len, reverse=True)
    return re.compile("|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in words))


@cache
def _generic_pattern() -> re.Pattern[str]:
    spec = load("names")["generic"]
    words = sorted({fold(w) for w in [*spec["suffixes"], *spec["words"]]}, key=len, reverse=True)
    latin = "|".join(re.escape(w) for w in words if w.isascii())
    kana = "|".join(re.escape(w) for w in words if not w.isascii() and len(w) == 1)
    other = "|".join(re.escape(w) for w in words if not w.isascii() and len(w) > 1)
    # A single character is a word of its own only between other removed words, never inside a name.
    return re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])|{other}|(?<![^ ])(?:{kana})+(?![^ ])")


@cache
def _place_pattern() -> re.Pattern[str]:
    after = load("names")["generic"]["not_after_place"]
    return re.compile(rf"^[一-鿿々ヶァ-ヺ]{{1,4}}?(?:市|町|村|区|県|府|都)(?![{after}])(?=.)")


@dataclass(frozen=True)
class Labels:
    """Distinct names and product names, taken apart once.

    Attributes
    ----------
    stem, brand, heard : object arrays of str
    """

    stem: np.ndarray
    brand: np.ndarray
    heard: np.ndarray


def label_stems(system: str, package: str) -> tuple[str, ...]:
    """All names one row goes by: its name, what stands there in brackets, and its package."""
    name = parse(system)
    found = [name.stem, *name.aliases]
    if package and fold(package) not in _no_package():
        product = parse(package)
        found += [product.stem, *product.aliases]
    return tuple(dict.fromkeys(s for s in found if s))


def take_apart(stems: list[str], known: Taxonomy) -> Labels:
    """Brand and sound of each distinct stem."""
    removable = np.ones(len(known.index.terms), dtype=bool)
    removable[known.uses.loc[known.uses["kind"] == "products", "term"].unique()] = False
    names = [_place_pattern().sub("", s) for s in stems]
    without_function = known.index.without(names, removable)
    brand = [_brand(text) for text in without_function]
    return Labels(
        np.array(stems, dtype=object),
        np.array(brand, dtype=object),
        np.array([sound(b) for b in brand], dtype=object),
    )


def _brand(text: str) -> str:
    bare = _generic_pattern().sub(" ", _company_pattern().sub(" ", text))
    bare = _generic_pattern().sub(" ", bare)
    kept = [part for part in bare.split() if len(part) > 1]
    return " ".join(kept)


@dataclass(frozen=True)
class Products:
    """Cores, the compared pairs of cores, and the product each core belongs to.

    Attributes
    ----------
    pairs : DataFrame
        core_a, core_b, confidence and the contribution of each of `SIGNALS`.
    own : DataFrame
        The same for two rows of one core.
    product : int array
        Product of each core.
    """

    pairs: pd.DataFrame
    own: pd.DataFrame
    product: np.ndarray


def compare(cores: pd.DataFrame, labels: Labels) -> Products:
    """Products among cores.

    Parameters
    ----------
    cores : DataFrame
        labels (tuple of label numbers), vendor (key or ""), function (code or ""), version (str).
    labels : Labels
    """
    holder = cores["labels"].explode()
    core_of, label_of = holder.index.to_numpy(dtype=np.int64), holder.to_numpy(dtype=np.int64)
    suite = _suites(cores, labels, core_of, label_of)
    a, b, like = _label_pairs(labels, suite)
    own_labels = np.arange(len(labels.stem))
    core_a, core_b, name, generic = _core_pairs(
        np.concatenate([a, own_labels]), np.concatenate([b, own_labels]),
        np.concatenate([like, np.ones(len(own_labels))]), core_of, label_of, cores, labels,
    )  # fmt: skip
    pairs = _weighed(core_a, core_b, name, generic, cores)
    everyone = np.arange(len(cores))
    main = np.array([t[0] if t else 0 for t in cores["labels"]], dtype=np.int64)
    nameless = np.array([labels.brand[m] == "" for m in main], dtype=bool)
    own = _weighed(everyone, everyone, np.ones(len(cores)), nameless, cores)
    return Products(pairs, own, _clusters(pairs, len(cores)))


def _suites(cores: pd.DataFrame, labels: Labels, core_of: np.ndarray, label_of: np.ndarray) -> np.ndarray:
    """Which labels carry the brand of a suite: a known one, or one that stands over three functions of one vendor."""
    brands = pd.Series(labels.brand)
    known = brands.map(lambda brand: any(w == brand or f"{w} " in f"{brand} " for w in suite_words())).to_numpy(
        dtype=bool
    )
    frame = pd.DataFrame(
        {
            "brand": labels.brand[label_of],
            "vendor": cores["vendor"].to_numpy()[core_of],
            "function": cores["function"].to_numpy()[core_of],
        }
    )
    frame = frame[(frame["brand"] != "") & (frame["function"] != "")]
    spread = frame.groupby(["brand", "vendor"])["function"].nunique()
    wide = set(spread[spread >= 3].index.get_level_values("brand"))
    return known | brands.isin(wide).to_numpy()


def _label_pairs(labels: Labels, suite: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of labels that may name one product, with how alike they are (0–1)."""
    text = [brand or stem for brand, stem in zip(labels.brand, labels.stem, strict=True)]
    found = [
        neighbours(ngrams(text), _NEAREST, _ALIKE)[:2],
        neighbours(ngrams(list(labels.stem)), _NEAREST, _ALIKE)[:2],
    ]
    found += [_same(labels.brand, 1), _same(labels.heard, 3)]
    size = len(labels.stem)
    code = np.unique(np.concatenate([a * size + b for a, b in found]))
    a, b = code // size, code % size
    return a, b, _alike(labels, suite, a, b)


def _same(values: np.ndarray, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    """Each member of a block of equal values with the block's first one and its neighbour in the block."""
    codes, _ = pd.factorize(values)
    long = np.array([len(v) >= at_least for v in values], dtype=bool)
    where = np.flatnonzero(long)
    order = where[np.argsort(codes[where], kind="stable")]
    ordered = codes[order]
    sizes = np.bincount(ordered) if len(ordered) else np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else order
    a: list[np.ndarray] = []
    b: list[np.ndarray] = []
    for start in starts:
        block = np.sort(order[start : start + sizes[ordered[start]]])
        if len(block) > 1:
            # Large blocks in a chain and a star: enough to join them, and linear.
            if len(block) <= 60:
                i, j = np.triu_indices(len(block), 1)
            else:
                i = np.concatenate([np.zeros(len(block) - 1, dtype=np.int64), np.arange(1, len(block) - 1)])
                j = np.concatenate([np.arange(1, len(block)), np.arange(2, len(block))])
            a.append(block[i])
            b.append(block[j])
    if not a:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(a), np.concatenate(b)


def _alike(labels: Labels, suite: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    brand_a, brand_b = labels.brand[a], labels.brand[b]
    branded = (brand_a != "") & (brand_b != "")
    stem = _ratio(labels.stem[a], labels.stem[b])
    found = stem**2
    brand = _ratio(brand_a, brand_b)
    heard = np.array(
        [len(x) >= 3 and x == y for x, y in zip(labels.heard[a], labels.heard[b], strict=True)], dtype=bool
    )
    inside = np.array([_inside(x, y) for x, y in zip(brand_a, brand_b, strict=True)], dtype=bool)
    found = np.where(branded, np.where(brand >= 0.8, brand, 0.6 * brand), found)
    found = np.where(branded & inside, np.maximum(found, 0.9), found)
    found = np.where(branded & heard, np.maximum(found, 0.95), found)
    # A suite's brand does not tell its modules apart: the whole name has to.
    found = np.where(branded & suite[a] & suite[b], stem**2, found)
    # One name with a brand, the other without: the brand is missing on one side.
    return np.where((brand_a != "") ^ (brand_b != ""), 0.5 * stem**2, found)


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if not len(a):
        return np.zeros(0)
    return process.cpdist(list(a), list(b), scorer=fuzz.ratio, workers=1) / 100.0


def _inside(a: str, b: str) -> bool:
    """Whether all words of the shorter brand stand in the longer one."""
    if a == b:
        return bool(a)
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) < 3:
        return False
    return set(short.split()) <= set(long.split()) or (not short.isascii() and len(short) >= 4 and short in long)


def _core_pairs(
    label_a: np.ndarray, label_b: np.ndarray, like: np.ndarray,
    core_of: np.ndarray, label_of: np.ndarray, cores: pd.DataFrame, labels: Labels,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Pairs of labels → pairs of cores, each with its best likeness and whether that rests on generic names."""
    order = np.argsort(label_of, kind="stable")
    sorted_cores, sorted_labels = core_of[order], label_of[order]
    count = np.bincount(sorted_labels, minlength=len(labels.stem))
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    sizes = count[label_a] * count[label_b]
    number = np.repeat(np.arange(len(label_a)), sizes)
    within = np.arange(len(number)) - np.repeat(np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    width = count[label_b][number]
    first = sorted_cores[start[label_a][number] + within // np.maximum(width, 1)]
    second = sorted_cores[start[label_b][number] + within % np.maximum(width, 1)]
    generic = ((labels.brand[label_a] == "") & (labels.brand[label_b] == ""))[number]
    name = like[number]
    vendor = pd.factorize(cores["vendor"])[0]
    named = (cores["vendor"] != "").to_numpy()
    # Generic names of two different companies are two products; dropping them here keeps the list linear.
    hopeless = generic & named[first] & named[second] & (vendor[first] != vendor[second])
    keep = (first != second) & ~hopeless
    a, b = np.minimum(first, second)[keep], np.maximum(first, second)[keep]
    name, generic = name[keep], generic[keep]
    rank = np.lexsort((generic, -name * np.where(generic, 0.5, 1.0), b, a))
    a, b, name, generic = a[rank], b[rank], name[rank], generic[rank]
    new = np.concatenate([[True], (a[1:] != a[:-1]) | (b[1:] != b[:-1])]) if len(a) else np.zeros(0, dtype=bool)
    return a[new], b[new], name[new], generic[new]


def _weighed(a: np.ndarray, b: np.ndarray, name: np.ndarray, generic: np.ndarray, cores: pd.DataFrame) -> pd.DataFrame:
    weight = load("overlaps")["product"]
    vendor, function, version = (cores[c].to_numpy(dtype=object) for c in ("vendor", "function", "version"))
    known = (vendor[a] != "") & (vendor[b] != "")
    same = known & (vendor[a] == vendor[b])
    other = np.where(generic, weight["vendor_other_generic"], weight["vendor_other"])
    both = (function[a] != "") & (function[b] != "")
    agree = both & (function[a] == function[b])
    versions = (version[a] != version[b]) & (version[a] != "") & (version[b] != "")
    parts = {
        "name": np.where(generic, weight["name_generic"], weight["name"]) * name,
        "vendor": np.where(same, weight["vendor_same"], np.where(known, other, 0.0)),
        "function": np.where(agree, weight["function_same"], np.where(both, weight["function_other"], 0.0)),
        "version": np.where(versions, weight["version_other"], 0.0),
    }
    frame = pd.DataFrame({"core_a": a, "core_b": b, **parts})
    frame["confidence"] = frame[list(SIGNALS)].sum(axis=1).clip(0.0, 0.99)
    return frame


def _clusters(pairs: pd.DataFrame, n: int) -> np.ndarray:
    claims = pairs[pairs["confidence"] >= load("overlaps")["bands"]["candidate"]]
    graph = sparse.csr_matrix((np.ones(len(claims)), (claims["core_a"], claims["core_b"])), shape=(n, n))
    return connected_components(graph, directed=False)[1]
