"""What a system does: its function in the taxonomy, with the words that decided it and the margin to the next.

Each field of a row (name, written function, businesses, purpose, data) is searched for the words of
``vocabulary/functions.toml``, the standardised businesses that the list states for the words of these alone; a
function's score is 1 − Π(1 − field weight × word weight) over the fields, the best word of a field counting. Weights
are fixed and published in ``vocabulary/overlaps.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from dxaudit.errors import DxauditError
from dxaudit.systems.cluster import Spread
from dxaudit.systems.names import fold_all, national_systems
from dxaudit.systems.similarity import ngrams
from dxaudit.systems.terms import TermIndex
from dxaudit.systems.vendors import suite_words
from dxaudit.vocabulary import load

FIELDS = ("name", "function", "businesses", "purpose", "data", "standard")
_WHOLE_FROM = 3
KINDS = ("words", "products", "general", "businesses", "data")


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
    carries: Mapping[str, str]
    carried_by: str
    for_all: bool
    collects: bool


class Uses(NamedTuple):
    """Functions and weights of words: those of word t are ``function[start[t]:start[t + 1]]``."""

    start: np.ndarray
    function: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True)
class Taxonomy:
    """All functions and the index of their words.

    ``products`` are the numbers of the words that name products, ``for_all`` of those whose product serves any business
    (forms, groupware), ``beside`` of those that only say on what platform something runs (GIS). ``uses`` has one line
    per (word, function): term number, function number, weight, kind. ``joint`` are the "A+B" entries: part numbers,
    function number, weight. ``profiles`` has all words of a function as one text.
    """

    functions: tuple[Function, ...]
    index: TermIndex
    products: np.ndarray
    for_all: np.ndarray
    beside: np.ndarray
    uses: pd.DataFrame
    joint: tuple[tuple[tuple[int, ...], int, float], ...]
    profiles: tuple[str, ...]

    @cached_property
    def codes(self) -> list[str]:
        """Codes of the functions, in the order of the file."""
        return [f.code for f in self.functions]

    def __getitem__(self, code: str) -> Function:
        return self.functions[self._number[code]]

    def __contains__(self, code: object) -> bool:
        return code in self._number

    @cached_property
    def _number(self) -> dict[str, int]:
        return {f.code: n for n, f in enumerate(self.functions)}

    @cached_property
    def product_words(self) -> frozenset[str]:
        """Words that name products."""
        return frozenset(self.index.terms[term] for term in self.products)

    @cached_property
    def does(self) -> dict[str, frozenset[str]]:
        """Functions of each word that names a product."""
        codes, found = self.codes, {}
        uses = self.uses[self.uses["term"].isin(self.products)]
        for term, function in zip(uses["term"].tolist(), uses["function"].tolist(), strict=True):
            found.setdefault(self.index.terms[term], set()).add(codes[function])
        return {product: frozenset(functions) for product, functions in found.items()}

    def suite_of(self, product: str) -> str:
        """The suite whose module a product is (IPKNOWLEDGE人事給与), "" for any other."""
        suites, said = suite_words(), self.words
        fitting = (at for at in range(len(product) - 1, 0, -1) if product[:at] in suites and product[at:] in said)
        return product[: next(fitting, 0)]

    @cached_property
    def said_in_names(self) -> tuple[np.ndarray, np.ndarray]:
        """Weight and function of each word by which a name says its function; weight 0 of every other word.

        These are the words of functions, and products that are the module of a suite.
        """
        modules = [n for n, term in enumerate(self.index.terms) if term in self.does and self.suite_of(term)]
        uses = self.uses[(self.uses["kind"] == "words") | self.uses["term"].isin(modules)].drop_duplicates("term")
        weight, function = np.zeros(len(self.index.terms)), np.zeros(len(self.index.terms), dtype=np.int64)
        weight[uses["term"]], function[uses["term"]] = uses["weight"], uses["function"]
        return weight, function

    @cached_property
    def words(self) -> frozenset[str]:
        """Words that say a function, but for those of products for any business."""
        any_business = [n for n, f in enumerate(self.functions) if f.for_all]
        said = self.uses[(self.uses["kind"] == "words") & ~self.uses["function"].isin(any_business)]
        return frozenset(self.index.terms[term] for term in said["term"])

    def words_of(self, code: str) -> frozenset[str]:
        """Words and products that say one function."""
        said = self.uses[(self.uses["function"] == self._number[code]) & self.uses["kind"].isin(["words", "products"])]
        return frozenset(self.index.terms[term] for term in said["term"])

    @cached_property
    def hinted(self) -> dict[str, frozenset[str]]:
        """Functions that each word says only together with another one."""
        codes, found = self.codes, {}
        for parts, function, _ in self.joint:
            for term in parts:
                found.setdefault(self.index.terms[term], set()).add(codes[function])
        return {word: frozenset(functions) for word, functions in found.items()}

    @cached_property
    def bases(self) -> dict[str, str]:
        """Each known product under the shortest name that some of its words are: Microsoft Teams as Teams."""
        found = {}
        for product, functions in self.does.items():
            words = product.split()
            spans = combinations(range(len(words) + 1), 2)
            parts = {" ".join(words[a:b]) for a, b in spans if b - a < len(words)}
            shorter = sorted((p for p in parts if functions & self.does.get(p, set())), key=len)
            # Both halves of AmiVoice ScribeAssist are names of it.
            whole = not shorter or any(shorter[0] not in other for other in shorter)
            found[product] = product if whole else shorter[0]
        return found

    @cached_property
    def uses_by_term(self) -> Uses:
        """``uses`` as arrays, those of one term side by side."""
        uses = self.uses.sort_values("term", kind="stable")
        start = np.searchsorted(uses["term"], np.arange(len(self.index.terms) + 1))
        return Uses(start, uses["function"].to_numpy(), uses["weight"].to_numpy())

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
    for name, system in national_systems().items():
        entry = entries[system["function"]][1]
        entry["products"] = [*entry.get("products", ()), name]
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
            carries=entry.get("carries", {}),
            carried_by=entry.get("carried_by", ""),
            for_all=bool(entry.get("for_all", False)),
            collects=bool(entry.get("collects", False)),
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
                parts = fold_all(word.split("+"))
                if any(len(p) < 2 for p in parts):
                    continue
                if len(parts) > 1:
                    joint.append((parts, number))
                    for part in parts:
                        covering.setdefault(part, False)
                else:
                    covering[parts[0]] = True
                    everyday = weights["commodity"] if entry.get("commodity") and kind != "products" else 1.0
                    specific = 1.0 if kind == "general" else _specific(parts[0])
                    uses.append((parts[0], number, everyday * weights[kind] * specific, kind))
    # The words of an edition say no function, nor do those inside them (LGWAN in "for LGWAN").
    for word in fold_all(load("names")["versions"]["editions"]):
        covering.setdefault(word, True)
    numbers = {term: n for n, term in enumerate(covering)}
    frame = pd.DataFrame(uses, columns=["term", "function", "weight", "kind"])
    frame["term"] = frame["term"].map(numbers).astype(np.int64)
    frame = frame.sort_values("weight", ascending=False).drop_duplicates(["term", "function"])
    together = tuple((tuple(numbers[p] for p in parts), number, weights["together"]) for parts, number in joint)
    profiles = tuple(
        " ".join(
            fold_all([w.replace("+", " ") for kind in ("words", "businesses", "data") for w in entry.get(kind, ())])
        )
        for entry in entries
    )
    named = [(numbers[w], functions[number].for_all) for w, number, _, kind in uses if kind in ("products", "general")]
    said = {numbers[w]: functions[number].platform for w, number, _, kind in uses if kind == "words"}
    products = np.unique([term for term, _ in named])
    return Taxonomy(
        functions=functions,
        index=TermIndex(list(covering), list(covering.values()), np.isin(np.arange(len(covering)), products).tolist()),
        products=products,
        for_all=np.unique([term for term, any_business in named if any_business]),
        beside=np.unique([term for term, platform in said.items() if platform]),
        uses=frame,
        joint=together,
        profiles=profiles,
    )


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


def classify(texts: Mapping[str, list[str]], known: Taxonomy, spread: Spread) -> Classification:
    """Functions of n systems from their folded texts by field (`FIELDS`; a missing one is ``""``).

    ``spread`` does the search for words.
    """
    rule = load("overlaps")["classification"]
    weights = []
    for field in FIELDS:
        of, distinct = pd.factorize(np.array(texts[field], dtype=object))
        modifier = rule["modifier"] if field == "name" else 1.0
        share = rule["fields"][field]
        search = (
            partial(_stated, known=known, share=share)
            if field == "standard"
            else partial(_field, known=known, share=share, modifier=modifier)
        )
        parts = spread(search, distinct.tolist())
        weights.append(tuple(sparse.vstack(matrices, format="csr")[of] for matrices in zip(*parts, strict=True)))
    weights[-1] = _best_fitting(weights, known)
    remaining = sum((-weight).log1p() for weight, _ in weights)
    scores = sparse.csr_matrix((-np.expm1(remaining.data), remaining.indices, remaining.indptr), remaining.shape)
    scores = _with_resemblance(scores, texts, known, rule)
    return Classification(scores, *_decide(scores, weights, known, rule))


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
    best = np.argsort(likeness, axis=1, kind="stable")[:, -top:]
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
    line, best = np.arange(len(likeness)), likeness.argmax(axis=1)
    top = likeness[line, best]
    likeness[line, best] = -1.0
    second = likeness.max(axis=1)
    given = ((top >= rule["resemblance"]) & (top >= rule["resemblance_times"] * second))[of]
    added = sparse.csr_matrix(
        (np.full(int(given.sum()), rule["resemblance_score"]), (silent[given], best[of[given]])),
        shape=scores.shape,
    )
    return scores.maximum(added).tocsr()


def _field(
    texts: list[str], known: Taxonomy, share: float, modifier: float
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """texts × functions: weight of the best word for each function in one field, and the number of that word plus 1.

    ``share`` is the weight of the field, ``modifier`` what is left of a word's weight where another one follows.
    """
    hits = known.index.find(texts)
    _, seen = np.unique(hits.text * len(known.index.terms) + hits.term, return_index=True)
    # In the order of the text, so that of equal words the first one is named.
    text, term = hits.text[np.sort(seen)], hits.term[np.sort(seen)]
    uses = known.uses_by_term
    # In a Japanese compound the last word is the head: 水道料金 says of 水道料金滞納管理 only what is in arrears.
    every = np.arange(len(known.index.terms))
    beside = np.isin(every, known.beside)
    heads = (np.diff(uses.start) > 0) & ~np.isin(every, known.products) & ~beside
    last = np.full(len(texts), -1)
    np.maximum.at(last, hits.text[heads[hits.term]], hits.start[heads[hits.term]])
    # 道路台帳GIS and GIS道路台帳 are about roads.
    yields = (hits.start < last[hits.text]) | (beside[hits.term] & (last[hits.text] >= 0))
    behind = np.where(yields, modifier, 1.0)[np.sort(seen)]
    count = np.diff(uses.start)[term]
    which = np.repeat(uses.start[term], count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    joint = _joint(text, term, known, len(texts))
    weight = uses.weight[which] * np.repeat(behind, count)
    found = [np.repeat(text, count), uses.function[which], weight, np.repeat(term, count)]
    text, function, weight, term = (np.concatenate(parts) for parts in zip(found, joint, strict=True))
    size = len(known.functions)
    order = np.lexsort((-weight, text * size + function))
    key, first = np.unique((text * size + function)[order], return_index=True)
    best = order[first]
    start = np.searchsorted(key, np.arange(len(texts) + 1) * size)
    shape = (len(texts), size)
    held = sparse.csr_matrix((np.minimum(weight[best] * share, 0.99), key % size, start), shape)
    return held, sparse.csr_matrix((term[best] + 1, key % size, start), shape)


def _stated(texts: list[str], known: Taxonomy, share: float) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """As `_field`, for texts that name standardised businesses: all that they name count alike, nothing else does."""
    weight, word = _field(texts, known, 1.0, 1.0)
    standard = np.array([f.standard != "" for f in known.functions], dtype=bool)
    # No word of a function weighs less, no typical data or business as much.
    said = weight.multiply(standard).tocsr() >= _specific("")
    return (said * share).tocsr(), word.multiply(said).tocsr()


def _best_fitting(
    weights: list[tuple[sparse.csr_matrix, sparse.csr_matrix]], known: Taxonomy
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """What is stated: of several functions of one standardised business (就学) the one that the other fields name."""
    *others, (stated, word) = weights
    if not stated.nnz:
        return stated, word
    entries = stated.tocoo()
    said = _entries(sum((-weight).log1p() for weight, _ in others).tocsr(), entries.row, entries.col)
    business = pd.factorize(np.array([f.standard for f in known.functions], dtype=object))[0][entries.col]
    kept = said == pd.Series(said).groupby([entries.row, business]).transform("min").to_numpy()
    mask = sparse.csr_matrix((kept[kept], (entries.row[kept], entries.col[kept])), shape=stated.shape)
    return stated.multiply(mask).tocsr(), word.multiply(mask).tocsr()


def _joint(text: np.ndarray, term: np.ndarray, known: Taxonomy, n: int) -> tuple[np.ndarray, ...]:
    """Text, function, weight and first word of every "A+B" entry of which a text holds all parts."""
    entries = known.joint
    if not entries or not len(text):
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0), none
    present = sparse.csr_matrix((np.ones(len(text), dtype=np.int16), (text, term)), shape=(n, len(known.index.terms)))
    parts = [(part, number) for number, (terms, _, _) in enumerate(entries) for part in set(terms)]
    needed = np.array([len(set(terms)) for terms, _, _ in entries])
    incidence = sparse.csr_matrix(
        (np.ones(len(parts), dtype=np.int16), ([p for p, _ in parts], [c for _, c in parts])),
        shape=(len(known.index.terms), len(entries)),
    )
    together = (present @ incidence).tocoo()
    full = together.data == needed[together.col]
    entry = together.col[full]
    first, function, weight = (np.array(held) for held in zip(*((t[0], f, w) for t, f, w in entries), strict=True))
    return together.row[full].astype(np.int64), function[entry], weight[entry], first[entry]


def _decide(
    scores: sparse.csr_matrix,
    weights: list[tuple[sparse.csr_matrix, sparse.csr_matrix]],
    known: Taxonomy,
    rule: Mapping[str, Any],
) -> tuple[pd.DataFrame, sparse.csr_matrix]:
    n = scores.shape[0]
    entries = scores.tocoo()
    order = np.lexsort((entries.col, -entries.data, entries.row))
    row, column, score = entries.row[order], entries.col[order], entries.data[order]
    first = np.concatenate([[True], row[1:] != row[:-1]]) if len(row) else np.zeros(0, dtype=bool)
    top, chosen, second, runner = np.zeros(n), np.full(n, -1), np.zeros(n), np.full(n, -1)
    top[row[first]], chosen[row[first]] = score[first], column[first]
    stated = _entries(weights[FIELDS.index("standard")][0], row, column) > 0
    by_statement = np.zeros(n, dtype=bool)
    by_statement[row[first]] = stated[first]
    # Two businesses that the list states are no tie between them.
    others = np.flatnonzero(~first & ~(stated & by_statement[row]))
    next_one = others[np.unique(row[others], return_index=True)[1]]
    second[row[next_one]], runner[row[next_one]] = score[next_one], column[next_one]
    decided = top >= rule["decided_from"]
    member = decided[row] & (score >= rule["decided_from"]) & (score >= top[row] - rule["member_within"])
    # One word of the name for two functions (人事給与) makes a member of both, whichever the purpose dwells on.
    by_name = _entries(weights[0][0], row, column)
    named = by_name[first]
    strongest = np.repeat(named, np.diff(np.append(np.flatnonzero(first), len(row))))
    member |= decided[row] & (by_name > 0) & (by_name == strongest) & (score >= rule["decided_from"])
    # What the list itself states holds, however many it states.
    member |= stated
    member |= _runs_whole_offices(row, column, score, weights, known, rule)
    members = sparse.csr_matrix((score[member], (row[member], column[member])), shape=scores.shape)
    codes = np.array([*known.codes, ""], dtype=object)
    frame = pd.DataFrame(
        {
            "function": np.where(decided, codes[chosen], ""),
            "confidence": np.where(decided, top, 0.0),
            "margin": top - second,
            "second": codes[runner],
            "words": _deciding_words(chosen, weights, known),
        }
    )
    return frame, members


def _runs_whole_offices(
    row: np.ndarray, column: np.ndarray, score: np.ndarray,
    weights: list[tuple[sparse.csr_matrix, sparse.csr_matrix]], known: Taxonomy, rule: Mapping[str, Any],
) -> np.ndarray:  # fmt: skip
    """Which entries are jobs of a suite listed as a whole: a name that says no function, and several standardised
    businesses among what it serves. Such a row counts for all of these and for what collects for them.
    """
    standard = np.array([f.standard != "" for f in known.functions], dtype=bool)
    collects = np.array([f.collects for f in known.functions], dtype=bool)
    areas = pd.factorize(np.array([f.area for f in known.functions], dtype=object))[0]
    said = score >= rule["decided_from"]
    silent = np.diff(weights[0][0].indptr) == 0
    businesses = np.bincount(row[said & standard[column]], minlength=len(silent))
    wide = silent & (businesses >= _WHOLE_FROM)
    served = np.zeros((len(wide), int(areas.max(initial=0)) + 1), dtype=bool)
    chosen = said & standard[column]
    served[row[chosen], areas[column[chosen]]] = True
    return said & wide[row] & (standard[column] | (served[row, areas[column]] & collects[column]))


def _entries(matrix: sparse.csr_matrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Entries of a matrix at given places; scipy has no word for none."""
    return np.asarray(matrix[rows, columns]).ravel() if len(rows) else np.zeros(0, dtype=matrix.dtype)


def _deciding_words(
    chosen: np.ndarray, weights: list[tuple[sparse.csr_matrix, sparse.csr_matrix]], known: Taxonomy
) -> np.ndarray:
    """The heaviest word of all fields for each text's function; "" where there is none."""
    rows = np.flatnonzero(chosen >= 0)
    heaviest, term = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int64)
    for weight, word in weights:
        here = _entries(weight, rows, chosen[rows])
        better = here > heaviest
        heaviest[better] = here[better]
        term[better] = _entries(word, rows[better], chosen[rows[better]])
    words = np.full(len(chosen), "", dtype=object)
    words[rows] = np.array(["", *known.index.terms], dtype=object)[term]
    return words
