"""How alike two names of systems are: letters, brands, sounds, modules.

Only pairs that share something rare are looked at (`dxaudit.systems.similarity`), never all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from dxaudit.systems import wordy
from dxaudit.systems.labels import Labels
from dxaudit.systems.similarity import neighbours, ngrams
from dxaudit.systems.sounds import romaji
from dxaudit.vocabulary import load

_NEAREST = 12
_ALIKE = 0.35
_LARGE = 60
_SPOKEN = 4
_SLIP_FROM = 5
_WRITTEN = re.compile("[a-z ァ-ヺー-]+")
_LATIN = re.compile("[a-z]")
_KANA = re.compile("[ァ-ヺ]")


@dataclass(frozen=True)
class Alike:
    """Pairs a < b of labels that may name one product.

    Attributes
    ----------
    a, b : int arrays
    like : float array
        How alike they are (0–1).
    plain : float array
        The same without what company or function have to bear out: readings and slips of the pen.
    slip : bool array
        The names are one but for a letter; another company then speaks against it.
    """

    a: np.ndarray
    b: np.ndarray
    like: np.ndarray
    plain: np.ndarray
    slip: np.ndarray


def alike_labels(labels: Labels) -> Alike:
    """`Alike` of all labels."""
    text = np.where(labels.brand == "", labels.stem, labels.brand).tolist()
    stems = labels.stem.tolist()
    found = [
        neighbours(ngrams(text), _NEAREST, _ALIKE)[:2],
        neighbours(ngrams(stems), _NEAREST, _ALIKE)[:2],
        pairs_of_equals(labels.brand, 1),
        pairs_of_equals(labels.heard, 3),
        wordy.candidates(stems, labels.wordy),
    ]
    size = len(labels.stem)
    one, other = _read_alike(labels)
    aloud = one * size + other
    code = np.unique(np.concatenate([*(a * size + b for a, b in found), aloud]))
    a, b = code // size, code % size
    read, slip = np.isin(code, aloud) & (labels.brand[a] != labels.brand[b]), _slips(labels, a, b)
    like = _alike(labels, a, b, read | slip)
    plain = like.copy()
    asked = np.flatnonzero(read | slip)
    plain[asked] = _alike(labels, a[asked], b[asked], np.zeros(len(asked), dtype=bool))
    return Alike(a, b, like, plain, slip & ~read)


def _read_alike(labels: Labels) -> tuple[np.ndarray, np.ndarray]:
    """Pairs a < b of labels that may be read alike."""
    spoken = [(text, label) for label, held in enumerate(labels.read) for text in held]
    text = np.array([text for text, _ in spoken], dtype=object)
    label = np.array([label for _, label in spoken], dtype=np.int64)
    one, other = (label[place] for place in pairs_of_equals(text, _SPOKEN))
    apart = one != other
    return np.minimum(one, other)[apart], np.maximum(one, other)[apart]


def _slips(labels: Labels, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether two brands are one but for a letter that was left out, put in, mistaken or exchanged with the next.

    Two known products are no slip of each other, nor are brands of kanji, where one character is a word.
    """
    fit = np.array(
        [len(x) >= _SLIP_FROM and _WRITTEN.fullmatch(x) is not None for x in labels.brand.tolist()], dtype=bool
    )
    known = np.array([said is not None for said in labels.known.tolist()], dtype=bool)
    asked = np.flatnonzero(
        fit[a]
        & fit[b]
        & ~(known[a] & known[b])
        & ~labels.wordy[a]
        & ~labels.wordy[b]
        & (labels.brand[a] != labels.brand[b])
    )
    found = np.zeros(len(a), dtype=bool)
    one, other = labels.brand[a[asked]].tolist(), labels.brand[b[asked]].tolist()
    found[asked] = process.cpdist(one, other, scorer=OSA.distance, score_cutoff=1, workers=1) <= 1 if one else False
    return found


def pairs_of_equals(values: np.ndarray, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs a < b of places with one value of ``at_least`` characters.

    All pairs of few; of many each with the first one and its neighbour: enough to join them, and linear.
    """
    codes, distinct = pd.factorize(values)
    long = np.array([len(v) >= at_least for v in distinct.tolist()], dtype=bool)
    size = np.bincount(codes, minlength=len(distinct))
    order = np.flatnonzero(long[codes] & (size[codes] > 1)) if len(codes) else np.zeros(0, dtype=np.int64)
    order = order[np.argsort(codes[order], kind="stable")]
    size = size[codes[order]]
    start = np.flatnonzero(np.concatenate([[True], codes[order[1:]] != codes[order[:-1]]])) if len(order) else order
    begin = np.repeat(start, size[start])
    after = size - 1 - (np.arange(len(order)) - begin)
    few = size <= _LARGE
    partners = np.where(few, after, 0)
    one = np.repeat(np.arange(len(order)), partners)
    other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(partners) - partners, partners)
    star = np.flatnonzero(~few & (np.arange(len(order)) > begin))
    chain = star[star - 1 > begin[star]]
    return (
        np.concatenate([order[one], order[begin[star]], order[chain - 1]]),
        np.concatenate([order[other], order[star], order[chain]]),
    )


def _alike(labels: Labels, a: np.ndarray, b: np.ndarray, read: np.ndarray) -> np.ndarray:
    rule = load("overlaps")["product"]
    branded = (labels.brand != "")[a] & (labels.brand != "")[b]
    stem, brand = _ratio(labels.stem, a, b), _ratio(labels.brand, a, b)
    # One letter more or less makes another short name (eLTAX, e-Tax), but hardly another long one.
    short = np.array([len(x) < 7 for x in labels.brand.tolist()], dtype=bool)
    whole = labels.whole[a] | labels.whole[b]
    near = (brand >= 0.8) & (~(short[a] | short[b] | whole) | (brand == 1.0))
    found = np.where(branded, np.where(near, brand, 0.6 * brand), stem**2)
    # A brand of kanji alone describes (共済組合): the rest of the name has to agree as well.
    plain = branded & (labels.plain[a] | labels.plain[b])
    found = np.where(plain, found * (0.5 + 0.5 * stem**2), found)
    naming = branded & ~whole & ~plain
    found[naming] = np.where(_inside(labels, a[naming], b[naming]), np.maximum(found[naming], 0.9), found[naming])
    found = np.where(branded & _heard(labels, a, b), np.maximum(found, 0.95), found)
    found = np.where(read, np.maximum(found, 0.95), found)
    # Two functions said in the names themselves: modules of a suite, never one product.
    one, other = labels.module[a], labels.module[b]
    says_one, says_other = one != "", other != ""
    differ = says_one & says_other & (one != other)
    # A mere hint of the other one's function is no contradiction, and as good as silence (料金, 水道料金).
    weak = np.zeros((2, len(a)), dtype=bool)
    for place in np.flatnonzero(differ).tolist():
        weak[0, place] = other[place] in labels.hinted.get(one[place], ())
        weak[1, place] = one[place] in labels.hinted.get(other[place], ())
    found = np.where(differ & ~weak.any(axis=0), rule["module_other"] * found, found)
    says_one, says_other = says_one & ~weak[0], says_other & ~weak[1]
    # Where only one side says its function, it is left open: the more so with the brand of a suite.
    suite = labels.suite[a] | labels.suite[b]
    # A known product is mostly itself with and without the word for what it is used for (ESTIMA, ESTIMA 漁港).
    known = np.array([said is not None for said in labels.known.tolist()], dtype=bool) & ~labels.suite
    itself = known[a] & known[b] & (labels.brand[a] == labels.brand[b]) & ~labels.business[a] & ~labels.business[b]
    found = np.where(branded & ~itself & (says_one ^ says_other), rule["module_half"] * found, found)
    found = np.where(branded & suite & ~(says_one & says_other), rule["module_open"] * found, found)
    # One name with a brand, the other without: the brand is missing on one side.
    found = np.where(((labels.brand != "")[a] ^ (labels.brand != "")[b]) & ~read, 0.5 * stem**2, found)
    latin = np.array([x.isascii() for x in labels.stem.tolist()], dtype=bool)
    worded = latin[a] & latin[b] & (labels.wordy[a] | labels.wordy[b])
    found[worded] = wordy.likeness(labels.stem.tolist(), a[worded], b[worded])
    return found


def _ratio(texts: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if not len(a):
        return np.zeros(0)
    return process.cpdist(texts[a].tolist(), texts[b].tolist(), scorer=fuzz.ratio, workers=1) / 100.0


def _heard(labels: Labels, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether two brands sound alike, one in Latin letters, one in kana: only then may vowels be overheard."""
    brands, sounds = labels.brand.tolist(), labels.heard.tolist()
    latin = np.array([_LATIN.search(x) is not None for x in brands], dtype=bool)
    kana = np.array([_KANA.search(x) is not None for x in brands], dtype=bool)
    long = np.array([len(x) >= 3 for x in sounds], dtype=bool)
    alike = long[a] & (labels.heard[a] == labels.heard[b])
    asked = np.flatnonzero(alike & ((latin[a] != latin[b]) | (kana[a] != kana[b])))
    spoken = np.array(romaji("\n".join(brands)).split("\n"), dtype=object) if len(asked) else labels.brand
    found = np.zeros(len(a), dtype=bool)
    found[asked] = _ratio(spoken, a[asked], b[asked]) >= 0.45
    return found


def _inside(labels: Labels, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether all words of the shorter brand stand in the longer one."""
    pairs = zip(labels.brand[a].tolist(), labels.brand[b].tolist(), strict=True)
    return np.array([_stands_in(*sorted(pair, key=len)) for pair in pairs], dtype=bool)


def _stands_in(short: str, long: str) -> bool:
    if short == long:
        return True
    if len(short) < 3:
        return False
    if short not in long:
        return " " in long and set(short.split()) <= set(long.split())
    if set(short.split()) <= set(long.split()):
        return True
    # Letters or kanji run together are no words: 中小企業 in 中小企業診断士 says nothing, nor docu in docuharbor.
    if len(short) < 4 or any("一" <= c <= "鿿" for c in short):
        return False
    return not short.isascii() or _is_word(short, long)


def _is_word(short: str, long: str) -> bool:
    """Whether letters stand somewhere in a text with no other letter beside them."""
    at = long.find(short)
    while at >= 0:
        if not _LATIN.match(long[at - 1 : at]) and not _LATIN.match(long, at + len(short)):
            return True
        at = long.find(short, at + 1)
    return False
