"""Where known words stand in many texts at once.

All texts are scanned together as one array of code points with rolling hashes that drop out as soon as no word
begins so: time grows with the length of the texts, not with the number of words. The longest word wins: a word
inside a longer one is not found (住民税 within 個人住民税).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_BUCKET_BITS = 16
_BEGUN, _ENDED = 1, 2
_SEPARATOR = "\n"
_KANA = re.compile("[ァ-ヺー]")
_PARTICLES = np.array([ord(c) for c in "ノデヲニハトガ"], dtype=np.uint32)


@dataclass(frozen=True)
class Hits:
    """Words found: ``text[k]`` (index of the text) holds ``term[k]`` at ``start[k]`` of the joined texts."""

    text: np.ndarray
    term: np.ndarray
    start: np.ndarray


class TermIndex:
    """A set of folded words, ready to be looked for.

    Parameters
    ----------
    terms : list of str
        Folded words of two characters or more, each once.
    covering : list of bool
        Whether a word hides shorter ones inside it (parts of "A+B" do not).
    whole : list of bool, optional
        Whether a word of kana counts only where no other kana stands beside it (シンク, not シンクライアント).
    """

    def __init__(self, terms: list[str], covering: list[bool], whole: list[bool] | None = None) -> None:
        self.terms = terms
        apart = np.array(whole if whole is not None else [False] * len(terms), dtype=bool)
        self._kana_start = apart & np.array([_KANA.match(t) is not None for t in terms], dtype=bool)
        self._kana_end = apart & np.array([_KANA.match(t[-1]) is not None for t in terms], dtype=bool)
        self._covering = np.array(covering, dtype=bool)
        self._latin_start = np.array([t[0].isascii() and t[0].isalpha() for t in terms], dtype=bool)
        self._latin_end = np.array([t[-1].isascii() and t[-1].isalpha() for t in terms], dtype=bool)
        self._lengths = np.array([len(t) for t in terms], dtype=np.int64)
        self._longest = int(self._lengths.max(initial=1))
        codes = np.array(terms, dtype=f"U{self._longest}").view(np.uint32).reshape(len(terms), self._longest)
        value = np.zeros(len(terms), dtype=np.uint64)
        # By length: whether a word that falls into a bucket of hashes ends there or only begins so, and the words.
        self._buckets: list[np.ndarray] = []
        self._whole: list[tuple[np.ndarray, np.ndarray]] = []
        for length in range(1, self._longest + 1):
            value = _extended(value, codes[:, length - 1])
            ended = np.flatnonzero(self._lengths == length)
            ended = ended[np.argsort(value[ended])]
            buckets = np.zeros(1 << _BUCKET_BITS, dtype=np.int8)
            buckets[_bucket(value[self._lengths > length])] = _BEGUN
            buckets[_bucket(value[ended])] = _ENDED
            self._buckets.append(buckets)
            self._whole.append((value[ended], ended))
        self._first = np.zeros(0x110000, dtype=bool)
        self._first[[ord(t[0]) for t in terms]] = True

    def find(self, texts: list[str]) -> Hits:
        """Every longest word in every text."""
        codes, starts = _joined(texts)
        begin, term = self._matches(codes)
        # A word that another, covering word contains is not a finding of its own: by begin, the longest first.
        order = np.argsort(begin * self._longest - self._lengths[term])
        begin, term = begin[order], term[order]
        end = begin + self._lengths[term]
        reach = np.maximum.accumulate(np.where(self._covering[term], end, 0)) if len(end) else end
        before = np.concatenate([[0], reach[:-1]]) if len(end) else end
        keep = before < end
        begin, term = begin[keep], term[keep]
        return Hits(np.searchsorted(starts, begin, side="right") - 1, term, begin)

    def holders(self, texts: list[str]) -> list[int]:
        """Places of the texts in which some word stands, whatever stands beside it."""
        codes, starts = _joined(texts)
        begin, _ = self._written(codes)
        return np.unique(np.searchsorted(starts, begin, side="right") - 1).tolist()

    def without(self, texts: list[str], hits: Hits, removable: np.ndarray) -> list[str]:
        """The texts with every word of ``hits``, found in them, replaced by a space where ``removable[term]`` holds."""
        if not texts:
            return []
        codes, _ = _joined(texts)
        gone = np.zeros(len(codes) + 1, dtype=np.int64)
        chosen = removable[hits.term]
        np.add.at(gone, hits.start[chosen], 1)
        np.add.at(gone, hits.start[chosen] + self._lengths[hits.term[chosen]], -1)
        codes = codes.copy()
        codes[np.cumsum(gone)[:-1] > 0] = ord(" ")
        return codes.tobytes().decode("utf-32-le").split(_SEPARATOR)[: len(texts)]

    def _matches(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where which words begin, with nothing beside them that makes them part of another word."""
        begin, term = self._written(codes)
        # Before the first text there is nothing; each text ends in a separator.
        before, after = np.where(begin > 0, codes[begin - 1], 0), codes[begin + self._lengths[term]]
        cut = (self._latin_start[term] & _is_letter(before)) | (self._latin_end[term] & _is_letter(after))
        if self._kana_start.any() or self._kana_end.any():
            cut |= (self._kana_start[term] & _is_kana(before)) | (self._kana_end[term] & _is_kana(after))
        return begin[~cut], term[~cut]

    def _written(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where which words begin, the shortest words first."""
        at = np.flatnonzero(self._first[codes])
        value = np.zeros(len(at), dtype=np.uint64)
        # What is read behind the end begins no word.
        following = np.concatenate([codes, np.zeros(self._longest, dtype=codes.dtype)])
        found_at: list[np.ndarray] = []
        found_term: list[np.ndarray] = []
        for length, (buckets, (hashes, terms)) in enumerate(zip(self._buckets, self._whole, strict=True)):
            value = _extended(value, following[at + length])
            # Two beginnings may share a bucket; that lets a place live on in vain, but finds no word.
            met = buckets[_bucket(value)]
            if len(hashes):
                asked = np.flatnonzero(met == _ENDED)
                place = np.minimum(np.searchsorted(hashes, value[asked]), len(hashes) - 1)
                hit = hashes[place] == value[asked]
                found_at.append(at[asked[hit]])
                found_term.append(terms[place[hit]])
            alive = np.flatnonzero(met)
            at, value = at[alive], value[alive]
        if not found_at:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        return np.concatenate(found_at), np.concatenate(found_term)


def _extended(value: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Hashes of texts that are one character longer."""
    return value * _PRIME + codes.astype(np.uint64)


def _bucket(value: np.ndarray) -> np.ndarray:
    """Few bits of a hash, as the place in a table: far quicker to look up than the hash in a sorted list."""
    return (value * _PRIME >> np.uint64(64 - _BUCKET_BITS)).astype(np.intp)


def _is_letter(codes: np.ndarray) -> np.ndarray:
    return (codes >= ord("a")) & (codes <= ord("z"))


def _is_kana(codes: np.ndarray) -> np.ndarray:
    # A particle (ノ, デ, ヲ, ニ, ハ, ト, ガ), hiragana before folding, ends a word.
    return ((codes >= ord("ァ")) & (codes <= ord("ヺ")) | (codes == ord("ー"))) & ~np.isin(codes, _PARTICLES)


def _joined(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """All texts as one array of code points, and where each begins."""
    joined = _SEPARATOR.join(texts) + _SEPARATOR
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype=np.uint32)
    lengths = np.fromiter((len(t) + 1 for t in texts), dtype=np.int64, count=len(texts))
    return codes, np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(texts) else np.zeros(0, dtype=np.int64)
