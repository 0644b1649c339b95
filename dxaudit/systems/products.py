"""Which rows are the same product: names by what is left when function words are gone, vendor and function as evidence.

A name's *brand* is what remains without the words of its function, vendor, municipality and words like 管理:
よやくん施設予約システム → ヨヤクン. Two rows with nothing but function words (施設予約システム) are one product only
where the vendor says so. Rows fall together into *cores* (same names, vendor and function); only cores are compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.names import fold, parse, romaji, sound
from dxaudit.systems.similarity import neighbours, ngrams
from dxaudit.systems.vendors import company_words, suite_words
from dxaudit.systems.wordy import candidates, is_wordy, likeness
from dxaudit.vocabulary import load

SIGNALS = ("name", "vendor", "function")
"""What speaks for or against one product; what people decided comes beside them as ``review``."""
_NEAREST = 12
_ALIKE = 0.35
_CHAINED_AT_MOST = 300
_PLACES_IN_TOWN = re.compile("センタ$|ホーム$|スタジアム$|プラザ$|パーク$|コミュニティ")
_PET = re.compile(r"(?<=..)(?:クン|君|チャン|サン|博士)$")


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
def _activity_pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, (fold(w) for w in load("names")["generic"]["activities"]))))


@cache
def _place_pattern() -> re.Pattern[str]:
    after = load("names")["generic"]["not_after_place"]
    return re.compile(rf"^[一-鿿々ヶァ-ヺ]{{1,4}}?(?:市|町|村|区|県|府|都)(?![{after}])(?=.)")


@cache
def _organisation_pattern() -> re.Pattern[str]:
    endings = "|".join(load("names")["generic"]["organisation_endings"])
    return re.compile(rf"(?<![一-鿿])[一-鿿]{{0,9}}?(?:{endings})(?!舎|内)")


@dataclass(frozen=True)
class Labels:
    """Distinct names and product names, taken apart once.

    A name with a brand of its own is that brand, whatever stands around it; every other name is its stem.

    Attributes
    ----------
    stem, brand, heard : object arrays of str
    whole : bool array
        The brand is an organisation with a word of function (会計検査院ホームページ): it counts only as a whole.
    suite : bool array
        The brand covers modules of several functions and does not tell them apart.
    module : object array of str
        Function that the name itself says (CivicHarbor 学齢簿), "" where it says none.
    wordy : bool array
        A row of Latin words, compared word by word (`dxaudit.systems.wordy`).
    number : int array
        Label of each stem given to `take_apart`.
    """

    stem: np.ndarray
    brand: np.ndarray
    heard: np.ndarray
    whole: np.ndarray
    suite: np.ndarray
    module: np.ndarray
    wordy: np.ndarray
    number: np.ndarray

    def of(self, stems: tuple[int, ...]) -> tuple[int, ...]:
        """Labels of one row from its stems: those with a brand, where there are any."""
        found = tuple(dict.fromkeys(int(self.number[s]) for s in stems))
        branded = tuple(label for label in found if self.brand[label])
        return branded or found

    def brands(self, labels: tuple[int, ...]) -> tuple[str, ...]:
        """Brands among labels that are names by themselves: not of kanji alone, no organisation's, no row of words."""
        return tuple(
            dict.fromkeys(
                str(self.brand[n])
                for n in labels
                if self.brand[n] and not self.whole[n] and not self.wordy[n] and not _kanji_only(self.brand[n])
            )
        )


def label_stems(system: str, package: str) -> tuple[str, ...]:
    """All names one row goes by: its name, a second name in brackets behind it, and its package."""
    found: list[str] = []
    for written in (system, package if fold(package) not in _no_package() else ""):
        name = parse(written)
        if is_wordy(name.stem):
            found.append(name.key)
        else:
            found += [name.stem, *(a for a in name.aliases if is_second_name(name.stem, a))]
    return tuple(dict.fromkeys(s for s in found if s))


def is_second_name(stem: str, alias: str) -> bool:
    """Whether what stands in brackets is another name, not a remark: whose it is, where, for what.

    ガルーン or KSK is a name; 水道 or 保健センター behind 土木積算 says whose it is, mac behind Latin words for what.
    """
    if stem.isascii() and " " in stem:
        return False
    return any(c.isascii() or "ァ" <= c <= "ヺ" for c in alias) and not _PLACES_IN_TOWN.search(alias)


def take_apart(stems: list[str], known: Taxonomy, standard: pd.DataFrame) -> Labels:
    """Brand, module and sound of each distinct stem.

    Parameters
    ----------
    stems : list of str
    known : Taxonomy
    standard : DataFrame
        stem (its number), function: where a stem stands for a standardised business.
    """
    removable = np.ones(len(known.index.terms), dtype=bool)
    removable[known.uses.loc[known.uses["kind"] == "products", "term"].unique()] = False
    own = [_place_pattern().sub("", s) for s in stems]
    names = [_organisation_pattern().sub(" ", s) for s in own]
    brand = [_brand(text) for text in known.index.without(names, removable)]
    whole = np.array([not b and n != o for b, n, o in zip(brand, names, own, strict=True)], dtype=bool)
    wordy = np.array([is_wordy(s) for s in stems], dtype=bool)
    brand = np.array([o if w else b for b, o, w in zip(brand, own, whole, strict=True)], dtype=object)
    brand = np.where(wordy, np.array(stems, dtype=object), brand)
    module = _modules(names, known)
    suite = _suites(brand, module, standard) & ~wordy
    alone = ~whole & ~wordy & np.array([bool(b) and not _kanji_only(b) for b in brand], dtype=bool)
    key = np.where(alone, brand + "\n" + module, np.array(stems, dtype=object))
    number, keys = pd.factorize(key)
    first = np.unique(number, return_index=True)[1] if len(number) else number
    silent = whole[first] | wordy[first]
    heard = np.array(["" if w else sound(b) for b, w in zip(brand[first], silent, strict=True)], dtype=object)
    stem = np.array([k.split("\n")[0] for k in keys], dtype=object)
    return Labels(stem, brand[first], heard, whole[first], suite[first], module[first], wordy[first], number)


def _modules(names: list[str], known: Taxonomy) -> np.ndarray:
    """The function that each name itself says, "" where it says none."""
    hits = known.index.find(names)
    words = known.uses[known.uses["kind"] == "words"]
    found = pd.DataFrame({"name": hits.text, "term": hits.term, "start": hits.start})
    said = found.merge(words, on="term").sort_values(["start", "weight"], ascending=False, kind="stable")
    # In a Japanese compound the last word is the head: 戸籍総合 附票 is about 附票.
    best = said.drop_duplicates("name")
    module = np.full(len(names), "", dtype=object)
    module[best["name"].to_numpy()] = np.array(known.codes, dtype=object)[best["function"].to_numpy()]
    # 申請カモメ and 予約カモメ, 水道マップ and 下水道マップ are modules too, though these words decide no function.
    hints = {n: known.index.terms[t] for n, t in zip(hits.text, hits.term, strict=True)}
    for place in np.flatnonzero(module == ""):
        activity = _activity_pattern().search(names[place])
        module[place] = activity.group() if activity else hints.get(place, "")
    return module


def _brand(text: str) -> str:
    bare = _generic_pattern().sub(" ", _company_pattern().sub(" ", text))
    bare = _generic_pattern().sub(" ", bare)
    kept = [_PET.sub("", part) for part in bare.split() if len(part) > 1]
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


def compare(
    cores: pd.DataFrame,
    labels: Labels,
    related: pd.DataFrame,
    together: list[tuple[int, int]] = (),
    apart: list[tuple[int, int]] = (),
) -> Products:
    """Products among cores.

    Parameters
    ----------
    cores : DataFrame
        labels (tuple of label numbers), vendor (key or ""), function (code or "", as far as one product is concerned),
        job (the function itself), sure (how surely the function was
        decided, 0–1).
    labels : Labels
    related : DataFrame
        Pairs of cores that a product name joins (`dxaudit.systems.packages.related_cores`).
    together, apart : list of (core, core)
        What people decided: one product, not one product.
    """
    holder = cores["labels"].explode().dropna()
    core_of, label_of = holder.index.to_numpy(dtype=np.int64), holder.to_numpy(dtype=np.int64)
    a, b, like = _label_pairs(labels)
    own_labels = np.arange(len(labels.stem))
    # The bare brand of a suite (MICJET) tells no module, so that it is not the very same name.
    open_suite = labels.suite & (labels.module == "")
    own_like = np.where(open_suite, load("overlaps")["product"]["module_open"], 1.0)
    core_a, core_b, name, generic, wordy = _core_pairs(
        np.concatenate([a, own_labels]), np.concatenate([b, own_labels]),
        np.concatenate([like, own_like]), core_of, label_of, cores, labels,
    )  # fmt: skip
    frame = pd.DataFrame({"core_a": core_a, "core_b": core_b, "name": name, "generic": generic, "wordy": wordy})
    weighed = _weighed(_with_related(frame, related), cores)
    pairs = _decided(weighed, together, apart)
    everyone = np.arange(len(cores))
    main = np.array([t[0] if t else -1 for t in cores["labels"]], dtype=np.int64)
    named = main >= 0
    nameless = np.array([m < 0 or labels.brand[m] == "" for m in main], dtype=bool)
    vague = np.array([m >= 0 and labels.suite[m] and labels.module[m] == "" for m in main], dtype=bool)
    likeness_of_own = np.where(vague, load("overlaps")["product"]["module_open"], named.astype(float))
    alone = pd.DataFrame({"core_a": everyone, "core_b": everyone, "name": likeness_of_own, "generic": nameless})
    own = _weighed(alone.assign(wordy=False, firm=False), cores).assign(review=0.0, chain=0.0)
    product = _clusters(pairs, len(cores))
    worded = np.zeros(len(cores), dtype=bool)
    worded[core_of[labels.wordy[label_of]]] = True
    return Products(_with_chained(pairs, product, worded), own, product)


def _with_chained(pairs: pd.DataFrame, product: np.ndarray, worded: np.ndarray) -> pd.DataFrame:
    """``pairs`` and those that are one product only by way of others: lifted to the bare claim, as signal ``chain``.

    Not so for names of many words, where every edition is a neighbour of the next.
    """
    claim = load("overlaps")["bands"]["candidate"]
    one, other = pairs["core_a"].to_numpy(), pairs["core_b"].to_numpy()
    inside = (product[one] == product[other]) & ~worded[one] & ~worded[other]
    weak = inside & (pairs["confidence"] < claim)
    chain = np.where(weak, claim - pairs["confidence"], 0.0)
    pairs = pairs.assign(chain=chain, confidence=np.where(weak, claim, pairs["confidence"]))
    sizes = np.bincount(product)
    known = set(zip(pairs["core_a"], pairs["core_b"], strict=True))
    missing: list[tuple[int, int]] = []
    order = np.argsort(product, kind="stable")
    start = np.cumsum(sizes) - sizes
    for cluster in np.flatnonzero((sizes > 2) & (sizes <= _CHAINED_AT_MOST)):
        held = np.sort(order[start[cluster] : start[cluster] + sizes[cluster]])
        held = held[~worded[held]].tolist()
        missing += [pair for pair in combinations(held, 2) if pair not in known]
    if not missing:
        return pairs
    added = pd.DataFrame(missing, columns=["core_a", "core_b"]).assign(**dict.fromkeys((*SIGNALS, "review"), 0.0))
    return pd.concat([pairs, added.assign(chain=claim, confidence=claim)], ignore_index=True)


def _decided(pairs: pd.DataFrame, together: list[tuple[int, int]], apart: list[tuple[int, int]]) -> pd.DataFrame:
    """The pairs with what people decided laid over: 0.99 together, 0 apart, as the signal ``review``."""
    verdict = {(min(p), max(p)): 0.99 for p in together} | {(min(p), max(p)): 0.0 for p in apart}
    if not verdict:
        return pairs.assign(review=0.0)
    known = set(zip(pairs["core_a"], pairs["core_b"], strict=True))
    missing = [pair for pair in verdict if pair not in known]
    added = pd.DataFrame(missing, columns=["core_a", "core_b"]).assign(**dict.fromkeys((*SIGNALS, "confidence"), 0.0))
    pairs = pd.concat([pairs, added], ignore_index=True) if missing else pairs
    said = [verdict.get(p) for p in zip(pairs["core_a"], pairs["core_b"], strict=True)]
    decided = pd.Series(said, index=pairs.index, dtype=float)
    return pairs.assign(
        review=(decided - pairs["confidence"]).fillna(0.0), confidence=decided.fillna(pairs["confidence"])
    )


def _suites(brand: np.ndarray, module: np.ndarray, standard: pd.DataFrame) -> np.ndarray:
    """Which names carry the brand of a suite: a known one, one that stands before three functions in the names
    themselves, or one under which three standardised businesses run.
    """
    known = {b: any(w == b or b.startswith(f"{w} ") for w in suite_words()) for b in dict.fromkeys(brand) if b}
    said = pd.DataFrame({"brand": brand, "function": module})
    run = standard.assign(brand=brand[standard["stem"].to_numpy(dtype=np.int64)])[["brand", "function"]]
    wide: set[str] = set()
    for frame in (said, run):
        spread = frame[(frame["brand"] != "") & (frame["function"] != "")].drop_duplicates().groupby("brand").size()
        wide |= set(spread[spread >= 3].index)
    return np.array([bool(b) and (known[b] or b in wide) for b in brand], dtype=bool)


def _label_pairs(labels: Labels) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of labels that may name one product, with how alike they are (0–1)."""
    text = [brand or stem for brand, stem in zip(labels.brand, labels.stem, strict=True)]
    found = [
        neighbours(ngrams(text), _NEAREST, _ALIKE)[:2],
        neighbours(ngrams(list(labels.stem)), _NEAREST, _ALIKE)[:2],
    ]
    found += [_same(labels.brand, 1), _same(labels.heard, 3), candidates(list(labels.stem), labels.wordy)]
    size = len(labels.stem)
    code = np.unique(np.concatenate([a * size + b for a, b in found]))
    a, b = code // size, code % size
    return a, b, _alike(labels, a, b)


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


def _alike(labels: Labels, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    brand_a, brand_b = labels.brand[a], labels.brand[b]
    branded = (brand_a != "") & (brand_b != "")
    stem = _ratio(labels.stem[a], labels.stem[b])
    found = stem**2
    brand = _ratio(brand_a, brand_b)
    heard = np.array(
        [
            len(x) >= 3 and x == y and _one_word_in_two_scripts(v, w)
            for x, y, v, w in zip(labels.heard[a], labels.heard[b], brand_a, brand_b, strict=True)
        ],
        dtype=bool,
    )
    inside = np.array([_inside(x, y) for x, y in zip(brand_a, brand_b, strict=True)], dtype=bool)
    # One letter more or less makes another short name (eLTAX, e-Tax), but hardly another long one.
    short = np.array([min(len(x), len(y)) < 7 for x, y in zip(brand_a, brand_b, strict=True)], dtype=bool)
    whole = labels.whole[a] | labels.whole[b]
    near = (brand >= 0.8) & (~(short | whole) | (brand == 1.0))
    found = np.where(branded, np.where(near, brand, 0.6 * brand), found)
    # A brand of kanji alone describes (共済組合): the rest of the name has to agree as well.
    plain = np.array([_kanji_only(x) or _kanji_only(y) for x, y in zip(brand_a, brand_b, strict=True)], dtype=bool)
    found = np.where(branded & plain, found * (0.5 + 0.5 * stem**2), found)
    found = np.where(branded & inside & ~whole & ~plain, np.maximum(found, 0.9), found)
    found = np.where(branded & heard, np.maximum(found, 0.95), found)
    # Two functions said in the names themselves: modules of a suite, never one product.
    one, other = labels.module[a], labels.module[b]
    known = load("overlaps")["product"]
    found = np.where((one != "") & (other != "") & (one != other), known["module_other"] * found, found)
    # Where only one side says its function, it is left open: the more so with the brand of a suite.
    suite = labels.suite[a] | labels.suite[b]
    found = np.where(branded & ((one == "") ^ (other == "")), known["module_half"] * found, found)
    found = np.where(branded & suite & ((one == "") | (other == "")), known["module_open"] * found, found)
    # One name with a brand, the other without: the brand is missing on one side.
    found = np.where((brand_a != "") ^ (brand_b != ""), 0.5 * stem**2, found)
    latin = np.array(
        [x.isascii() and y.isascii() for x, y in zip(labels.stem[a], labels.stem[b], strict=True)], dtype=bool
    )
    worded = latin & (labels.wordy[a] | labels.wordy[b])
    found[worded] = likeness(list(labels.stem), a[worded], b[worded])
    return found


def _one_word_in_two_scripts(one: str, other: str) -> bool:
    """Whether a brand stands once in Latin letters and once in kana: only then may vowels be overheard."""
    latin = [any("a" <= c <= "z" for c in brand) for brand in (one, other)]
    kana = [any("ァ" <= c <= "ヺ" for c in brand) for brand in (one, other)]
    return (latin[0] != latin[1] or kana[0] != kana[1]) and fuzz.ratio(romaji(one), romaji(other)) >= 45


def _kanji_only(brand: str) -> bool:
    return bool(brand) and all("一" <= c <= "鿿" or c in " 々ノ" for c in brand)


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
    if set(short.split()) <= set(long.split()):
        return True
    # Letters or kanji run together are no words: 中小企業 in 中小企業診断士 says nothing, nor docu in docuharbor.
    if short.isascii() and not re.search(rf"(?<![a-z]){re.escape(short)}(?![a-z])", long):
        return False
    return len(short) >= 4 and short in long and not any("一" <= c <= "鿿" for c in short)


def _core_pairs(
    label_a: np.ndarray, label_b: np.ndarray, like: np.ndarray,
    core_of: np.ndarray, label_of: np.ndarray, cores: pd.DataFrame, labels: Labels,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Pairs of labels → pairs of cores: best likeness, and whether that rests on generic or on wordy names."""
    order = np.argsort(label_of, kind="stable")
    sorted_cores, sorted_labels = core_of[order], label_of[order]
    count = np.bincount(sorted_labels, minlength=len(labels.stem))
    start = np.cumsum(count) - count
    sizes = count[label_a] * count[label_b]
    number = np.repeat(np.arange(len(label_a)), sizes)
    within = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = count[label_b][number]
    first = sorted_cores[start[label_a][number] + within // np.maximum(width, 1)]
    second = sorted_cores[start[label_b][number] + within % np.maximum(width, 1)]
    generic = ((labels.brand[label_a] == "") & (labels.brand[label_b] == ""))[number]
    wordy = (labels.wordy[label_a] & labels.wordy[label_b])[number]
    name = like[number]
    vendor = pd.factorize(cores["vendor"])[0]
    named = (cores["vendor"] != "").to_numpy()
    # Generic names of two different companies are two products; dropping them here keeps the list linear.
    hopeless = generic & named[first] & named[second] & (vendor[first] != vendor[second])
    keep = (first != second) & ~hopeless
    extra_a, extra_b = _synonyms(cores, labels, core_of, label_of)
    a = np.concatenate([np.minimum(first, second)[keep], extra_a])
    b = np.concatenate([np.maximum(first, second)[keep], extra_b])
    name = np.concatenate([name[keep], np.zeros(len(extra_a))])
    generic = np.concatenate([generic[keep], np.ones(len(extra_a), dtype=bool)])
    wordy = np.concatenate([wordy[keep], np.zeros(len(extra_a), dtype=bool)])
    rank = np.lexsort((generic, -name * np.where(generic, 0.5, 1.0), b, a))
    a, b, name, generic, wordy = a[rank], b[rank], name[rank], generic[rank], wordy[rank]
    new = np.concatenate([[True], (a[1:] != a[:-1]) | (b[1:] != b[:-1])]) if len(a) else np.zeros(0, dtype=bool)
    return a[new], b[new], name[new], generic[new], wordy[new]


def _synonyms(
    cores: pd.DataFrame, labels: Labels, core_of: np.ndarray, label_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of cores of one vendor and one function whose names are function words alone (財務会計, 財会)."""
    branded = np.zeros(len(cores), dtype=bool)
    branded[core_of[labels.brand[label_of] != ""]] = True
    known = ~branded & (cores["vendor"] != "").to_numpy() & (cores["job"] != "").to_numpy()
    block = np.where(known, cores["vendor"].to_numpy(dtype=object) + " " + cores["job"].to_numpy(dtype=object), "")
    return _same(block, 1)


def _with_related(pairs: pd.DataFrame, related: pd.DataFrame) -> pd.DataFrame:
    """``pairs`` with the likeness that packages give laid over; ``firm``: no guessed function parts them."""
    both = pairs.merge(related, on=["core_a", "core_b"], how="outer")
    like, name = both["like"].fillna(0.0), both["name"].fillna(0.0)
    joined = both["like"].notna().to_numpy()
    return pd.DataFrame(
        {
            "core_a": both["core_a"].astype(np.int64),
            "core_b": both["core_b"].astype(np.int64),
            "name": np.maximum(like, name),
            "generic": both["generic"].eq(True) & ~joined,
            "wordy": both["wordy"].eq(True) & ~joined,
            "firm": both["firm"].eq(True),
        }
    )


def _weighed(pairs: pd.DataFrame, cores: pd.DataFrame) -> pd.DataFrame:
    """Signals and confidence of pairs of cores: core_a, core_b, name (likeness), generic, wordy, firm."""
    weight = load("overlaps")["product"]
    a, b, name, generic, wordy, firm = (
        pairs[c].to_numpy() for c in ("core_a", "core_b", "name", "generic", "wordy", "firm")
    )
    vendor, function = (cores[c].to_numpy(dtype=object) for c in ("vendor", "function"))
    known = (vendor[a] != "") & (vendor[b] != "")
    same = known & (vendor[a] == vendor[b])
    other = np.where(generic, weight["vendor_other_generic"], weight["vendor_other"])
    both = (function[a] != "") & (function[b] != "")
    agree = both & (function[a] == function[b])
    sure = cores["sure"].to_numpy(dtype=float)
    # A function guessed from a side remark must not part two rows of one brand.
    against = weight["function_other"] * np.minimum(1.0, 1.2 * np.minimum(sure[a], sure[b]))
    job = cores["job"].to_numpy(dtype=object)
    alike = same & (job[a] != "") & (job[a] == job[b])
    agree, both = agree | alike, both | alike
    # The very same name of the very same vendor is one product, whatever each section does with it.
    against = np.where(same & ~generic & (name >= 1.0), weight["function_other_same_name"], against)
    guessed = np.minimum(sure[a], sure[b]) <= weight["function_well_decided"]
    against = np.where(same & firm & guessed, np.maximum(against, weight["function_other_same_name"]), against)
    name = np.where(alike & generic, np.maximum(name, weight["synonyms"]), name)
    # A row of words says who made it and what it does by itself.
    beside = np.where(wordy, load("names")["wordy"]["others"], 1.0)
    parts = {
        "name": np.where(generic, weight["name_generic"], weight["name"]) * name,
        "vendor": beside * np.where(same, weight["vendor_same"], np.where(known, other, 0.0)),
        "function": beside * np.where(agree, weight["function_same"], np.where(both, against, 0.0)),
    }
    frame = pd.DataFrame({"core_a": a, "core_b": b, **parts})
    frame["confidence"] = frame[list(SIGNALS)].sum(axis=1).clip(0.0, 0.99)
    return frame


def _clusters(pairs: pd.DataFrame, n: int) -> np.ndarray:
    """Product of each core: claims joined strongest first, unless the two sides hold a pair that speaks against it.

    Plain connected components would chain over one wrong pair; a pair below `bands.against` keeps its two clusters
    apart. Most components have two cores and need no such care.
    """
    bands = load("overlaps")["bands"]
    claims = pairs[pairs["confidence"] >= bands["candidate"]]
    graph = sparse.csr_matrix((np.ones(len(claims)), (claims["core_a"], claims["core_b"])), shape=(n, n))
    count, found = connected_components(graph, directed=False)
    against = pairs[pairs["confidence"] < bands["against"]]
    inside = found[against["core_a"]] == found[against["core_b"]]
    doubtful = np.unique(found[against["core_a"].to_numpy()[inside]])
    if not len(doubtful):
        return found
    mixed = np.isin(found, doubtful)
    parent = np.arange(n)
    enemies: dict[int, set[int]] = {}
    for a, b in zip(against["core_a"].to_numpy()[inside], against["core_b"].to_numpy()[inside], strict=True):
        enemies.setdefault(int(a), set()).add(int(b))
        enemies.setdefault(int(b), set()).add(int(a))

    def root(core: int) -> int:
        while parent[core] != core:
            parent[core] = parent[parent[core]]
            core = int(parent[core])
        return core

    order = claims[mixed[claims["core_a"].to_numpy()]].sort_values("confidence", ascending=False, kind="stable")
    for a, b in zip(order["core_a"], order["core_b"], strict=True):
        one, other = root(int(a)), root(int(b))
        if one == other or any(root(e) == other for e in enemies.get(one, ())):
            continue
        parent[other] = one
        enemies[one] = enemies.get(one, set()) | enemies.pop(other, set())
        for enemy in enemies[one]:
            enemies.setdefault(root(enemy), set()).add(one)
    alone = np.array([root(core) if mixed[core] else -1 for core in range(n)])
    return np.unique(np.where(mixed, alone + count, found), return_inverse=True)[1]
