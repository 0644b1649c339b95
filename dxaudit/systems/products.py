"""Which rows are the same product: how alike their names are, with vendor and function as evidence.

Two rows with nothing but function words (施設予約システム) are one product only where the vendor says so. Rows fall
together into *cores* (same names, vendor and function); only cores are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxaudit.systems.labels import Labels
from dxaudit.systems.likeness import alike_labels, pairs_of_equals
from dxaudit.systems.sounds import loan_word
from dxaudit.vocabulary import load

SIGNALS = ("name", "vendor", "function")
"""What speaks for or against one product; what people decided comes beside them as ``review``."""
_CHAINED_AT_MOST = 300


@dataclass(frozen=True)
class Products:
    """Cores, the compared pairs of cores, and the product each core belongs to.

    Attributes
    ----------
    pairs : DataFrame
        core_a, core_b, confidence, the contribution of each of `SIGNALS`, and ``likeness`` of the names themselves,
        0 to 1 (less than ``name`` may say, where vendor and function make up for names that differ).
    own : DataFrame
        The same for two rows of one core.
    product : int array
        Product of each core.
    """

    pairs: pd.DataFrame
    own: pd.DataFrame
    product: np.ndarray


def compare(
    cores: pd.DataFrame,
    labels: Labels,
    related: pd.DataFrame,
    together: Sequence[tuple[int, int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Products:
    """Products among cores.

    Parameters
    ----------
    cores : DataFrame
        labels (tuple of label numbers), vendor (key or ""), function (code or "", as far as one product is concerned),
        job (the function itself), specific (no everyday tool or platform), sure (how surely the function was decided,
        0–1).
    labels : Labels
    related : DataFrame
        Pairs of cores that a product name joins (`dxaudit.systems.packages.related_cores`).
    together, apart : list of (core, core)
        What people decided: one product, not one product.
    """
    held, facts = cores["labels"].tolist(), _facts(cores)
    core_of = np.repeat(np.arange(len(held)), [len(names) for names in held])
    label_of = np.array([label for names in held for label in names], dtype=np.int64)
    named = _named_pairs(facts, labels, core_of, label_of, related)
    full = _with_synonyms(named, cores, facts, labels, core_of, label_of)
    weighed = _weighed(full, facts)
    binding = _decided(weighed[~full["loose"].to_numpy()], together, apart)
    product = _clusters(binding, len(cores))
    pairs = _decided(weighed, together, apart)
    worded = np.zeros(len(cores), dtype=bool)
    worded[core_of[labels.wordy[label_of]]] = True
    main = np.array([names[0] if names else -1 for names in held], dtype=np.int64)
    return Products(_with_chained(pairs, product, worded), _own(main, facts, labels), product)


class _Facts(NamedTuple):
    """What cores say beside their names: numbers of vendor, function and job, −1 where there is none; and how sure."""

    vendor: np.ndarray
    function: np.ndarray
    job: np.ndarray
    sure: np.ndarray


def _facts(cores: pd.DataFrame) -> _Facts:
    said = (cores[column].to_numpy(dtype=object) for column in ("vendor", "function", "job"))
    numbers = (np.where(values == "", -1, pd.factorize(values)[0]) for values in said)
    return _Facts(*numbers, cores["sure"].to_numpy(dtype=float))


def _own(main: np.ndarray, facts: _Facts, labels: Labels) -> pd.DataFrame:
    """Signals of two rows of one core, for every core; ``main`` is its first label, −1 where it has none."""
    everyone = np.arange(len(main))
    named = main >= 0
    nameless = ~named | (labels.brand[main] == "") if len(labels.brand) else ~named
    vague = named & _open_suites(labels)[main] & (facts.job < 0) if len(labels.brand) else named
    like = np.where(vague, load("overlaps")["product"]["module_open"], named.astype(float))
    alone = pd.DataFrame({"core_a": everyone, "core_b": everyone, "name": like, "generic": nameless})
    alone = alone.assign(wordy=False, firm=False, market=False, likeness=like)
    return _weighed(alone, facts).assign(review=0.0, chain=0.0)


def _open_suites(labels: Labels) -> np.ndarray:
    """The bare brand of a suite (MICJET) tells no module, so that two of it are not the very same name."""
    return labels.suite & (labels.module == "")


def _named_pairs(
    facts: _Facts, labels: Labels, core_of: np.ndarray, label_of: np.ndarray, related: pd.DataFrame
) -> pd.DataFrame:
    """Pairs of cores a < b with what their names say: name and likeness (the best), generic, wordy, firm, market.

    ``generic`` and ``wordy`` tell what kind of names the likeness rests on; ``firm`` that no guessed function parts
    the two; ``market`` that both name one product that the taxonomy knows.
    """
    alike = alike_labels(labels)
    same = np.arange(len(labels.stem))
    own = np.where(_open_suites(labels), load("overlaps")["product"]["module_open"], 1.0)
    a, b = np.concatenate([alike.a, same]), np.concatenate([alike.b, same])
    like, plain = np.concatenate([alike.like, own]), np.concatenate([alike.plain, own])
    slip = np.concatenate([alike.slip, np.zeros(len(same), dtype=bool)])
    first, second, number = _holders(a, b, core_of, label_of, len(labels.stem))
    bare = labels.brand == ""
    generic, wordy = (bare[a] & bare[b])[number], (labels.wordy[a] & labels.wordy[b])[number]
    known_one = np.array([said is not None for said in labels.known.tolist()], dtype=bool) & ~labels.suite
    market = (known_one[a] & (labels.brand[a] == labels.brand[b]))[number]
    vendor, known = facts.vendor, facts.vendor >= 0
    job, does = facts.job, facts.job >= 0
    one_vendor = known[first] & (vendor[first] == vendor[second])
    one_job = does[first] & (job[first] == job[second])
    # What both do settles what a suite's bare brand leaves open.
    settled = (number >= len(alike.a)) & one_job
    # A reading or a slip of the pen makes one brand only where company or function say so too.
    borne_out = one_vendor | (one_job & ~(slip[number] & known[first] & known[second]))
    alike_names = np.where(settled, 1.0, np.where(borne_out, like[number], plain[number]))
    # Generic names of two different companies are two products; dropping them here keeps the list linear.
    hopeless = generic & known[first] & known[second] & (vendor[first] != vendor[second])
    keep = (first != second) & ~hopeless
    joined = np.zeros(len(related), dtype=bool)
    one = np.concatenate([first[keep], related["core_a"]])
    other = np.concatenate([second[keep], related["core_b"]])
    name = np.concatenate([alike_names[keep], related["like"]])
    generic = np.concatenate([generic[keep], joined])
    wordy = np.concatenate([wordy[keep], joined])
    market = np.concatenate([market[keep], joined])
    by_package = np.concatenate([np.zeros(int(keep.sum()), dtype=bool), ~joined])
    firm = np.concatenate([np.zeros(int(keep.sum()), dtype=bool), related["firm"]])
    one, other = np.minimum(one, other), np.maximum(one, other)
    # Of one pair first what a package says, then the best name, a brand before function words.
    rank = np.lexsort((generic, -name * np.where(generic, 0.5, 1.0), ~by_package, other, one))
    one, other, name, generic, wordy, firm, market = (x[rank] for x in (one, other, name, generic, wordy, firm, market))
    start = np.flatnonzero(np.concatenate([[True], (one[1:] != one[:-1]) | (other[1:] != other[:-1])])[: len(one)])
    best = np.maximum.reduceat(name, start) if len(start) else name
    best = np.where(by_package[rank][start], best, name[start])
    return pd.DataFrame(
        {"core_a": one[start], "core_b": other[start], "name": best, "likeness": best, "generic": generic[start],
         "wordy": wordy[start], "firm": firm[start], "market": market[start]}
    )  # fmt: skip


def _holders(
    a: np.ndarray, b: np.ndarray, core_of: np.ndarray, label_of: np.ndarray, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of labels → pairs of the cores that hold them, with the number of the pair each comes from."""
    order = np.argsort(label_of, kind="stable")
    core = core_of[order]
    count = np.bincount(label_of, minlength=size)
    start = np.cumsum(count) - count
    sizes = count[a] * count[b]
    number = np.repeat(np.arange(len(a)), sizes)
    within = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = np.maximum(count[b][number], 1)
    return core[start[a][number] + within // width], core[start[b][number] + within % width], number


def _synonyms(
    cores: pd.DataFrame, labels: Labels, core_of: np.ndarray, label_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of cores a < b of one vendor and one function that may be one product whatever their names; and whether
    both have a brand.

    One town hardly buys two products of one vendor for one job: 財務会計 and 財会, 住記システム and MICJET 住民記録 are
    one. Not so where both are known as two products, or where the vendor sells the function in many.
    """
    vendor, job = (cores[c].to_numpy(dtype=object) for c in ("vendor", "job"))
    one, other = pairs_of_equals(np.where((vendor != "") & (job != ""), vendor + " " + job, ""), 1)
    branded = np.zeros(len(cores), dtype=bool)
    branded[core_of[labels.brand[label_of] != ""]] = True
    both = branded[one] & branded[other]
    sure = cores["sure"].to_numpy()
    surely = np.minimum(sure[one], sure[other]) >= load("overlaps")["classification"]["unsure"]
    allowed = surely & cores["specific"].to_numpy(dtype=bool)[one]
    said = {int(core): labels.known[n] for core, n in zip(core_of, label_of, strict=True) if labels.known[n]}
    asked = np.flatnonzero(both & allowed & np.isin(one, list(said)) & np.isin(other, list(said)))
    # GeoCloud and ジオクラウド are one known product.
    allowed[asked] = [loan_word(said[a], said[b]) and bool(said[a].sounds & said[b].sounds)
                      for a, b in zip(one[asked].tolist(), other[asked].tolist(), strict=True)]  # fmt: skip
    keep = ~both | allowed
    return one[keep], other[keep], both[keep]


def _with_synonyms(
    pairs: pd.DataFrame, cores: pd.DataFrame, facts: _Facts, labels: Labels, core_of: np.ndarray, label_of: np.ndarray
) -> pd.DataFrame:
    """``pairs``, sorted, with the least likeness of `_synonyms` laid over, and ``loose``.

    A row whose name joins it with another job is not drawn into a group by a synonym (``loose``): that would chain the
    jobs.
    """
    rule = load("overlaps")["product"]
    one, other, both = _synonyms(cores, labels, core_of, label_of)
    versatile = _versatile(pairs, facts)
    likeness = pd.DataFrame(
        {"core_a": one, "core_b": other, "least": np.where(both, rule["synonym_brands"], rule["synonyms"]),
         "bare": ~both, "apart": versatile[one] | versatile[other]}
    )  # fmt: skip
    met = pairs.merge(likeness, on=["core_a", "core_b"], how="outer")
    generic, bare = met["generic"].eq(True), met["bare"].eq(True)
    # A brand weighs more than function words: what counts is what each likeness is worth.
    worth = np.where(generic, rule["name_generic"], rule["name"]) * met["name"].fillna(-1.0)
    least = np.where(bare, rule["name_generic"], rule["name"]) * met["least"].fillna(-1.0)
    raised = (least > worth).to_numpy()
    return pd.DataFrame(
        {"core_a": met["core_a"], "core_b": met["core_b"], "name": np.where(raised, met["least"], met["name"]),
         "generic": np.where(raised, bare, generic), "wordy": met["wordy"].eq(True), "firm": met["firm"].eq(True),
         "market": met["market"].eq(True), "likeness": met["likeness"].fillna(0.0),
         "loose": raised & met["apart"].eq(True)}
    )  # fmt: skip


def _versatile(pairs: pd.DataFrame, facts: _Facts) -> np.ndarray:
    """Which cores their names join with cores of another function."""
    weighed, job, n = _weighed(pairs, facts), facts.job, len(facts.job)
    claims = weighed[weighed["confidence"] >= load("overlaps")["bands"]["candidate"]]
    graph = sparse.csr_matrix((np.ones(len(claims)), (claims["core_a"], claims["core_b"])), shape=(n, n))
    cluster = connected_components(graph, directed=False)[1]
    least, most = np.full(n, n), np.full(n, -1)
    np.minimum.at(least, cluster, job)
    np.maximum.at(most, cluster, job)
    return (least != most)[cluster]


def _weighed(pairs: pd.DataFrame, facts: _Facts) -> pd.DataFrame:
    """Signals and confidence of pairs of cores: core_a, core_b, name (likeness), generic, wordy, firm, market."""
    weight = load("overlaps")["product"]
    a, b, name, generic, wordy, firm, market = (
        pairs[c].to_numpy() for c in ("core_a", "core_b", "name", "generic", "wordy", "firm", "market")
    )
    vendor, function, job, sure = facts
    has_vendor, has_function, has_job = vendor >= 0, function >= 0, job >= 0
    known = has_vendor[a] & has_vendor[b]
    same = known & (vendor[a] == vendor[b])
    other = np.where(generic, weight["vendor_other_generic"], weight["vendor_other"])
    other = np.where(market & ~generic, weight["vendor_other_known"], other)
    both = has_function[a] & has_function[b]
    agree = both & (function[a] == function[b])
    sure = np.minimum(sure[a], sure[b])
    # A function guessed from a side remark must not part two rows of one brand.
    against = weight["function_other"] * np.minimum(1.0, 1.2 * sure)
    alike = same & has_job[a] & (job[a] == job[b])
    agree, both = agree | alike, both | alike
    # The very same name of the very same vendor is one product, whatever each section does with it.
    against = np.where(same & ~generic & (name >= 1.0), weight["function_other_same_name"], against)
    guessed = sure <= weight["function_well_decided"]
    against = np.where(same & firm & guessed, np.maximum(against, weight["function_other_same_name"]), against)
    # A row of words says who made it and what it does by itself.
    beside = np.where(wordy, load("names")["wordy"]["others"], 1.0)
    parts = {
        "name": np.where(generic, weight["name_generic"], weight["name"]) * name,
        "vendor": beside * np.where(same, weight["vendor_same"], np.where(known, other, 0.0)),
        "function": beside * np.where(agree, weight["function_same"], np.where(both, against, 0.0)),
    }
    confidence = np.clip(sum(parts[signal] for signal in SIGNALS), 0.0, 0.99)
    return pd.DataFrame({"core_a": a, "core_b": b, **parts, "likeness": pairs["likeness"], "confidence": confidence})


def _decided(
    pairs: pd.DataFrame, together: Sequence[tuple[int, int]], apart: Sequence[tuple[int, int]]
) -> pd.DataFrame:
    """The pairs with what people decided laid over: 0.99 together, 0 apart, as the signal ``review``."""
    verdict = {(min(p), max(p)): 0.99 for p in together} | {(min(p), max(p)): 0.0 for p in apart}
    if not verdict:
        return pairs.assign(review=0.0)
    known = set(zip(pairs["core_a"], pairs["core_b"], strict=True))
    missing = [pair for pair in verdict if pair not in known]
    added = pd.DataFrame(missing, columns=["core_a", "core_b"])
    added = added.assign(**dict.fromkeys((*SIGNALS, "likeness", "confidence"), 0.0))
    pairs = pd.concat([pairs, added], ignore_index=True) if missing else pairs
    said = [verdict.get(p) for p in zip(pairs["core_a"], pairs["core_b"], strict=True)]
    decided = pd.Series(said, index=pairs.index, dtype=float)
    return pairs.assign(
        review=(decided - pairs["confidence"]).fillna(0.0), confidence=decided.fillna(pairs["confidence"])
    )


def _clusters(pairs: pd.DataFrame, n: int) -> np.ndarray:
    """Product of each core: claims joined strongest first, unless the two sides hold a pair that speaks against it.

    Plain connected components would chain over one wrong pair; a pair below `bands.against` keeps its two clusters
    apart. Most components have two cores and need no such care.
    """
    bands = load("overlaps")["bands"]
    one, other, confidence = (pairs[c].to_numpy() for c in ("core_a", "core_b", "confidence"))
    claims = np.flatnonzero(confidence >= bands["candidate"])
    graph = sparse.csr_matrix((np.ones(len(claims)), (one[claims], other[claims])), shape=(n, n))
    count, found = connected_components(graph, directed=False)
    against = np.flatnonzero((confidence < bands["against"]) & (found[one] == found[other]))
    if not len(against):
        return found
    mixed = np.isin(found, found[one[against]])
    parent = list(range(n))
    enemies: dict[int, set[int]] = {}
    for a, b in zip(one[against].tolist(), other[against].tolist(), strict=True):
        enemies.setdefault(a, set()).add(b)
        enemies.setdefault(b, set()).add(a)

    def root(core: int) -> int:
        while parent[core] != core:
            parent[core] = parent[parent[core]]
            core = parent[core]
        return core

    claims = claims[mixed[one[claims]]]
    claims = claims[np.argsort(-confidence[claims], kind="stable")]
    for a, b in zip(one[claims].tolist(), other[claims].tolist(), strict=True):
        left, right = root(a), root(b)
        if left == right or any(root(e) == right for e in enemies.get(left, ())):
            continue
        parent[right] = left
        enemies[left] = enemies.get(left, set()) | enemies.pop(right, set())
        for enemy in enemies[left]:
            enemies.setdefault(root(enemy), set()).add(left)
    alone = np.array([root(core) if mixed[core] else -1 for core in range(n)])
    return np.unique(np.where(mixed, alone + count, found), return_inverse=True)[1]


def _with_chained(pairs: pd.DataFrame, product: np.ndarray, worded: np.ndarray) -> pd.DataFrame:
    """``pairs`` and those that are one product only by way of others: lifted to the bare claim, as signal ``chain``.

    Not so for names of many words, where every edition is a neighbour of the next.
    """
    claim = load("overlaps")["bands"]["candidate"]
    one, other = pairs["core_a"].to_numpy(), pairs["core_b"].to_numpy()
    inside = (product[one] == product[other]) & ~worded[one] & ~worded[other]
    weak = inside & (pairs["confidence"].to_numpy() < claim)
    chain = np.where(weak, claim - pairs["confidence"], 0.0)
    pairs = pairs.assign(chain=chain, confidence=np.where(weak, claim, pairs["confidence"]))
    sizes = np.bincount(product)
    known = set((one * len(product) + other).tolist())
    missing: list[tuple[int, int]] = []
    order = np.argsort(product, kind="stable")
    start = np.cumsum(sizes) - sizes
    for cluster in np.flatnonzero((sizes > 2) & (sizes <= _CHAINED_AT_MOST)):
        held = order[start[cluster] : start[cluster] + sizes[cluster]]
        held = held[~worded[held]].tolist()
        missing += [(a, b) for a, b in combinations(held, 2) if a * len(product) + b not in known]
    if not missing:
        return pairs
    added = pd.DataFrame(missing, columns=["core_a", "core_b"]).assign(
        **dict.fromkeys((*SIGNALS, "likeness", "review"), 0.0)
    )
    return pd.concat([pairs, added.assign(chain=claim, confidence=claim)], ignore_index=True)
