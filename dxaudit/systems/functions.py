"""What a system does: its function in the taxonomy, with the words that decided it and the margin to the next.

Each field of a row (name, written function, businesses, purpose, data) is searched for the words of
``vocabulary/functions.toml``; a function's score is 1 − Π(1 − field weight × word weight) over the fields, the best
word of a field counting. Weights are fixed and published in ``vocabulary/overlaps.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from dxaudit.errors import DxauditError
from dxaudit.systems.names import fold
from dxaudit.systems.similarity import ngrams
from dxaudit.systems.terms import TermIndex
from dxaudit.vocabulary import load

FIELDS = ("name", "function", "businesses", "purpose", "data")
KINDS = ("words", "products", "businesses", "data")


@dataclass(frozen=True)
class Function:
    """One entry of the taxonomy."""

    code: str
    area: str
    label: Mapping[str, str]
    area_label: Mapping[str, str]
    standard: str
    apart: tuple[str, ...]
    commodity: bool
    platform: bool


@dataclass(frozen=True)
class Taxonomy:
    """All functions and the index of their words.

    ``uses`` has one line per (word, function): term number, function number, weight, kind.
    ``joint`` are the "A+B" entries: part numbers, function number, weight. ``profiles`` has all words of a function as
    one text.
    """

    functions: tuple[Function, ...]
    index: TermIndex
    uses: pd.DataFrame
    joint: tuple[tuple[tuple[int, ...], int, float], ...]
    profiles: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        """Codes of the functions, in the order of the file."""
        return [f.code for f in self.functions]

    def __getitem__(self, code: str) -> Function:
        return self.functions[self._number[code]]

    def __contains__(self, code: object) -> bool:
        return code in self._number

    @property
    def _number(self) -> dict[str, int]:
        return {f.code: n for n, f in enumerate(self.functions)}

    def apart(self) -> sparse.csr_matrix:
        """functions × functions, True where one is taken for the other though it is not."""
        number = self._number
        pairs = [(n, number[c]) for n, f in enumerate(self.functions) for c in f.apart if c in number]
        rows = [a for a, b in pairs] + [b for a, b in pairs]
        columns = [b for a, b in pairs] + [a for a, b in pairs]
        size = len(self.functions)
        return sparse.csr_matrix((np.ones(len(rows), dtype=bool), (rows, columns)), shape=(size, size))


@cache
def _standard() -> Taxonomy:
    return _build(load("functions"), {})


def taxonomy(own: Mapping[str, Any] | None = None) -> Taxonomy:
    """The product's taxonomy, with a city's own entries (``Settings.functions``) beside it.

    Parameters
    ----------
    own : mapping, optional
        ``{code: {label, area, words, …}}``: a known code adds words to that entry, a new one needs ``area``
        (a known area) and ``words``.

    Raises
    ------
    DxauditError
        An own entry without words, or in an area that does not exist.
    """
    return _standard() if not own else _build(load("functions"), own)


def _build(areas: Mapping[str, Any], own: Mapping[str, Any]) -> Taxonomy:
    entries: dict[str, tuple[str, dict[str, Any]]] = {}
    for area, content in areas.items():
        for code, entry in content.items():
            if code != "label":
                entries[code] = (area, dict(entry))
    for code, added in own.items():
        entries[code] = _with_own(code, added, entries.get(code), areas)
    functions = tuple(
        Function(
            code=code,
            area=area,
            label=entry["label"],
            area_label=areas[area]["label"],
            standard=entry.get("standard", ""),
            apart=tuple(entry.get("not", ())),
            commodity=bool(entry.get("commodity", False)),
            platform=bool(entry.get("platform", False)),
        )
        for code, (area, entry) in entries.items()
    )
    return _indexed(functions, [entry for _, entry in entries.values()])


def _with_own(
    code: str, added: Mapping[str, Any], known: tuple[str, dict[str, Any]] | None, areas: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    where = f"dxaudit.toml [functions.{code}]"
    if not isinstance(added, Mapping) or not any(added.get(kind) for kind in KINDS):
        raise DxauditError("機能の語がありません", where=where, remedy='words = ["…"] を書いてください')
    for kind in KINDS:
        if not all(isinstance(w, str) for w in added.get(kind, [])):
            raise DxauditError(f"{kind} は文字列の並びです", where=where, remedy=f'{kind} = ["…"] の形にしてください')
    if known:
        area, entry = known
        return area, {**entry, **{kind: [*entry.get(kind, []), *added.get(kind, [])] for kind in KINDS}}
    area = added.get("area", "")
    if area not in areas:
        raise DxauditError(f"分野 {area!r} はありません", where=where, remedy=f"area は {', '.join(areas)} のいずれか")
    label = added.get("label", code)
    return area, {**added, "label": label if isinstance(label, Mapping) else {"ja": label, "en": label}}


def _indexed(functions: tuple[Function, ...], entries: list[Mapping[str, Any]]) -> Taxonomy:
    weights = load("overlaps")["classification"]["words"]
    covering: dict[str, bool] = {}
    uses: list[tuple[str, int, float, str]] = []
    joint: list[tuple[list[str], int]] = []
    for number, entry in enumerate(entries):
        labels = [entry["label"]["ja"], *([entry["standard"]] if entry.get("standard") else [])]
        for kind in KINDS:
            for word in entry.get(kind, []) + (labels if kind == "words" else []):
                parts = [fold(p) for p in word.split("+")]
                if any(len(p) < 2 for p in parts):
                    continue
                if len(parts) > 1:
                    joint.append((parts, number))
                    for part in parts:
                        covering.setdefault(part, False)
                else:
                    covering[parts[0]] = True
                    everyday = weights["commodity"] if entry.get("commodity") else 1.0
                    uses.append((parts[0], number, everyday * weights[kind] * _specific(parts[0]), kind))
    numbers = {term: n for n, term in enumerate(covering)}
    frame = pd.DataFrame(uses, columns=["term", "function", "weight", "kind"])
    frame["term"] = frame["term"].map(numbers).astype(np.int64)
    frame = frame.sort_values("weight", ascending=False).drop_duplicates(["term", "function"])
    together = tuple((tuple(numbers[p] for p in parts), number, weights["together"]) for parts, number in joint)
    profiles = tuple(
        " ".join(fold(w.replace("+", " ")) for kind in ("words", "businesses", "data") for w in entry.get(kind, ()))
        for entry in entries
    )
    return Taxonomy(functions, TermIndex(list(covering), list(covering.values())), frame, together, profiles)


def _specific(term: str) -> float:
    """Longer words decide more surely: 0.8 for two characters, 1 from six on (Latin letters count half)."""
    length = sum(0.5 if c.isascii() else 1.0 for c in term)
    return float(min(1.0, 0.7 + 0.05 * length))


@dataclass(frozen=True)
class Classification:
    """Which functions each of n texts was given.

    Attributes
    ----------
    scores : csr_matrix, n × functions, in [0, 1]
    frame : DataFrame, n rows: function (code, "" where open), confidence, margin, second, words
    members : csr_matrix, n × functions
        The functions a system counts for, with their score: the first and those close behind it.
    """

    scores: sparse.csr_matrix
    frame: pd.DataFrame
    members: sparse.csr_matrix


def classify(texts: Mapping[str, list[str]], known: Taxonomy) -> Classification:
    """Functions of n systems from their folded texts by field (`FIELDS`; a missing one is ``""``).

    Returns
    -------
    Classification
    """
    rule = load("overlaps")["classification"]
    n, size = len(texts["name"]), len(known.functions)
    remaining = sparse.csr_matrix((n, size))
    words: list[pd.DataFrame] = []
    for field in FIELDS:
        hits = _field(texts[field], known)
        weight = hits["weight"].to_numpy() * rule["fields"][field]
        part = sparse.csr_matrix(
            (np.log1p(-np.minimum(weight, 0.99)), (hits["text"], hits["function"])), shape=(n, size)
        )
        remaining = remaining + part
        words.append(hits.assign(field=field, weight=weight))
    scores = remaining.tocsr()
    scores.data = 1.0 - np.exp(scores.data)
    scores = _with_resemblance(scores, texts, known, rule)
    found = pd.concat(words, ignore_index=True)
    return Classification(scores, *_decide(scores, found, known, rule))


def resemblance(texts: Mapping[str, list[str]], rows: np.ndarray, known: Taxonomy) -> tuple[np.ndarray, np.ndarray]:
    """How like all that a system says is to all words of each function, by bigrams.

    Returns
    -------
    of : int array
        For each of ``rows``, its line in ``likeness``.
    likeness : array, distinct texts × functions, cosine
    """
    said = [" ".join(filter(None, (texts[f][row] for f in FIELDS))) for row in rows]
    number = {text: n for n, text in enumerate(dict.fromkeys(said))}
    size = len(known.profiles)
    # All n-grams of both count here: the profiles are few, so that nothing becomes too common.
    matrix = ngrams([*known.profiles, *number], sizes=(2,), prune=False)
    return np.array([number[t] for t in said], dtype=np.int64), (matrix[size:] @ matrix[:size].T).toarray()


def resembling(texts: Mapping[str, list[str]], known: Taxonomy, top: int) -> sparse.csr_matrix:
    """systems × functions, non-zero at the ``top`` functions that each system's words resemble most."""
    n = len(texts["name"])
    of, likeness = resemblance(texts, np.arange(n), known)
    best = np.argsort(likeness, axis=1)[:, -top:]
    rows, columns = np.repeat(np.arange(n), top), best[of].ravel()
    return sparse.csr_matrix((likeness[of[rows], columns], (rows, columns)), shape=(n, len(known.functions)))


def _with_resemblance(
    scores: sparse.csr_matrix, texts: Mapping[str, list[str]], known: Taxonomy, rule: Mapping[str, Any]
) -> sparse.csr_matrix:
    """A score for those whom no word decides, by resemblance."""
    best = scores.max(axis=1).toarray().ravel() if scores.nnz else np.zeros(scores.shape[0])
    silent = np.flatnonzero(best < rule["decided_from"])
    if not len(silent):
        return scores
    of, likeness = resemblance(texts, silent, known)
    order = np.argsort(likeness, axis=1)
    line = np.arange(len(likeness))
    top, second = likeness[line, order[:, -1]], likeness[line, order[:, -2]]
    given = ((top >= rule["resemblance"]) & (top >= rule["resemblance_times"] * second))[of]
    added = sparse.csr_matrix(
        (np.full(int(given.sum()), rule["resemblance_score"]), (silent[given], order[of[given], -1])),
        shape=scores.shape,
    )
    return scores.maximum(added).tocsr()


def _field(texts: list[str], known: Taxonomy) -> pd.DataFrame:
    """text, function, weight, term: the best word of each function in each text of one field."""
    distinct, inverse = np.unique(np.array(texts, dtype=object), return_inverse=True)
    hits = known.index.find(list(distinct))
    found = pd.DataFrame({"text": hits.text, "term": hits.term}).drop_duplicates()
    best = found.merge(known.uses, on="term")[["text", "function", "weight", "term"]]
    if known.joint and len(found):
        best = pd.concat([best, _joint(found, known, len(distinct))], ignore_index=True)
    best = best.sort_values("weight", ascending=False, kind="stable").drop_duplicates(["text", "function"])
    rows = pd.DataFrame({"text": inverse, "row": np.arange(len(texts))})
    return rows.merge(best, on="text").drop(columns="text").rename(columns={"row": "text"})


def _joint(found: pd.DataFrame, known: Taxonomy, n: int) -> pd.DataFrame:
    present = sparse.csr_matrix(
        (np.ones(len(found), dtype=np.int16), (found["text"], found["term"])), shape=(n, len(known.index.terms))
    )
    parts = [(part, number) for number, (terms, _, _) in enumerate(known.joint) for part in set(terms)]
    needed = np.array([len(set(terms)) for terms, _, _ in known.joint])
    incidence = sparse.csr_matrix(
        (np.ones(len(parts), dtype=np.int16), ([p for p, _ in parts], [c for _, c in parts])),
        shape=(len(known.index.terms), len(known.joint)),
    )
    together = (present @ incidence).tocoo()
    full = together.data == needed[together.col]
    entry = together.col[full]
    return pd.DataFrame(
        {
            "text": together.row[full],
            "function": np.array([f for _, f, _ in known.joint])[entry],
            "weight": np.array([w for _, _, w in known.joint])[entry],
            "term": np.array([terms[0] for terms, _, _ in known.joint])[entry],
        }
    )


def _decide(
    scores: sparse.csr_matrix, found: pd.DataFrame, known: Taxonomy, rule: Mapping[str, Any]
) -> tuple[pd.DataFrame, sparse.csr_matrix]:
    n = scores.shape[0]
    entries = scores.tocoo()
    order = np.lexsort((entries.col, -entries.data, entries.row))
    row, column, score = entries.row[order], entries.col[order], entries.data[order]
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, dtype=bool)
    top, chosen, second, runner = np.zeros(n), np.full(n, -1), np.zeros(n), np.full(n, -1)
    top[row[first]], chosen[row[first]] = score[first], column[first]
    next_one = np.concatenate([[False], first[:-1]]) & ~first if len(row) else first
    second[row[next_one]], runner[row[next_one]] = score[next_one], column[next_one]
    margin = top - second
    decided = top >= rule["decided_from"]
    member = decided[row] & (score >= rule["decided_from"]) & (score >= top[row] - rule["member_within"])
    members = sparse.csr_matrix((score[member], (row[member], column[member])), shape=scores.shape)
    codes = np.array([*known.codes, ""], dtype=object)
    deciding = found.assign(chosen=chosen[found["text"]])
    deciding = deciding[deciding["function"] == deciding["chosen"]].sort_values(
        ["text", "weight"], ascending=[True, False]
    )
    terms = np.array(known.index.terms, dtype=object)
    evidence = pd.Series(terms[deciding["term"].to_numpy()], index=deciding["text"].to_numpy())
    best = evidence[~evidence.index.duplicated()].reindex(range(n)).fillna("")
    frame = pd.DataFrame(
        {
            "function": np.where(decided, codes[chosen], ""),
            "confidence": np.where(decided, top, 0.0),
            "margin": margin,
            "second": codes[runner],
            "words": best.to_numpy(),
        }
    )
    return frame, members
