"""What a system's name is made of: the brand that is left when other words are gone, and the module it names.

A name's *brand* is what remains without the words of its function, vendor, municipality and words like 管理:
よやくん施設予約システム → ヨヤクン. Its *module* is the function that the name itself says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA

from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.names import Name, alternatives, fold_all, national_systems
from dxaudit.systems.readings import readings
from dxaudit.systems.sounds import Loan, loan_word, loans, read_aloud, sound_all
from dxaudit.systems.terms import Hits, TermIndex
from dxaudit.systems.vendors import company_words, suite_words
from dxaudit.systems.wordy import is_wordy
from dxaudit.vocabulary import load

_PLACES_IN_TOWN = re.compile("センタ$|ホーム$|スタジアム$|プラザ$|パーク$|コミュニティ")
_PET = re.compile(r"(?<=[^ \n][^ \n])(?:クン|君|チャン|サン|博士)(?![^ \n])")
_NAMING = re.compile("[a-z0-9]|[ァ-ヺ][ァ-ヺー]")
_KANA = re.compile("[ァ-ヺ]")
_HAN = re.compile("[一-鿿々〆]")
_SPOKEN = 4
_SURE_FROM = 5
_SELDOM = 2
_ONE = re.compile("[a-z]+|[ァ-ヺー]+")
_LONGEST_READ = 12
_KANJI_ONLY = re.compile("[一-鿿 々ノ]+")


@cache
def _companies(products: frozenset[str]) -> tuple[TermIndex, np.ndarray]:
    """Companies and products, and which of these words go from a name; a company may be named after its product."""
    words = sorted(company_words() | products)
    index = TermIndex(words, [True] * len(words), [True] * len(words))
    return index, np.array([word not in products for word in words], dtype=bool)


@cache
def _generic_pattern() -> re.Pattern[str]:
    spec = load("names")["generic"]
    words = fold_all([*spec["suffixes"], *spec["words"]])
    single = "".join(sorted({w for w in words if len(w) == 1 and not w.isascii()}))
    # A single character is a word of its own only between other removed words, never inside a name.
    alone = "|".join(rf"{c}(?<![^ \n].)[{single}]*(?![^ \n])" for c in single)
    # A word of kana that ends a longer one belongs to the name: ふれあいネット.
    return re.compile(f"{alternatives((w for w in words if w.isascii() or len(w) > 1), apart=True)}|{alone}")


@cache
def _activity_pattern() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, fold_all(load("names")["generic"]["activities"]))))


@cache
def _place_pattern() -> re.Pattern[str]:
    after = load("names")["generic"]["not_after_place"]
    return re.compile(rf"^[一-鿿々ヶァ-ヺ]{{1,4}}?(?:市|町|村|区|県|府|都)(?![{after}])(?=.)", re.MULTILINE)


@cache
def _organisation_pattern() -> re.Pattern[str]:
    endings = "|".join(load("names")["generic"]["organisation_endings"])
    return re.compile(rf"(?<![一-鿿])[一-鿿]{{0,9}}?(?:{endings})(?!舎|内)")


class Called(NamedTuple):
    """What one row goes by: numbers of the stems of its name and package, and of the products its purpose names."""

    own: tuple[int, ...]
    mentioned: tuple[int, ...]


@dataclass(frozen=True)
class Labels:
    """Distinct names and product names, taken apart once.

    A name with a brand of its own is that brand, whatever stands around it; every other name is its stem.

    Attributes
    ----------
    stem, brand, heard : object arrays of str
    whole : bool array
        The brand is an organisation with a word of function (会計検査院ホームページ): it counts only as a whole.
    plain : bool array
        The brand is of kanji alone: it describes rather than names (共済組合).
    suite : bool array
        The brand covers modules of several functions and does not tell them apart.
    module : object array of str
        Function that the name itself says (CivicHarbor 学齢簿), "" where it says none.
    hinted : dict of str to frozenset of str
        Functions of a module that is no function, only a word that may belong to some (料金).
    business : bool array
        The module is a standardised business, which a product has a part of its own for.
    any_business : object array of str
        Function of the product for any business (forms, groupware) that the name is, "" for another.
    wordy : bool array
        A row of Latin words, compared word by word (`dxaudit.systems.wordy`).
    known : object array
        Where the brand is a product that the taxonomy knows, how it is said (`dxaudit.systems.sounds.Loan`), else None.
    read : list of frozenset of str
        How the brand, or the name that the brand was cut from, may be read aloud (`dxaudit.systems.readings`).
    number : int array
        Label of each stem given to `take_apart`.
    joined : dict of (stem, stem) to label
        A brand and what stands before or behind it in brackets, as one label: 固定資産税（COKAS）, COKAS（選挙人名簿）.
    real : frozenset of str
        Brands that some name in the list or the vocabulary has.
    """

    stem: np.ndarray
    brand: np.ndarray
    heard: np.ndarray
    whole: np.ndarray
    plain: np.ndarray
    suite: np.ndarray
    module: np.ndarray
    hinted: dict[str, frozenset[str]]
    business: np.ndarray
    any_business: np.ndarray
    wordy: np.ndarray
    known: np.ndarray
    read: list[frozenset[str]]
    number: np.ndarray
    joined: dict[tuple[int, int], int]
    real: frozenset[str]

    def of(self, called: Called) -> tuple[int, ...]:
        """Labels of one row: those of its own names that have a brand; else those of products that its purpose names,
        if the list or the vocabulary knows them; else its names.
        """
        own = self._whole(called.own)
        branded = tuple(label for label in own if self._branded[label])
        if branded or not called.mentioned:
            return branded or own
        told = self._whole((*called.own, *called.mentioned))
        return tuple(label for label in told if self.brand[label] in self.real) or own

    def _whole(self, stems: tuple[int, ...]) -> tuple[int, ...]:
        if len(stems) == 1:
            return (self._number[stems[0]],)
        whole = {s: self.joined[pair] for pair in permutations(stems, 2) if pair in self.joined for s in pair}
        return tuple(dict.fromkeys(whole.get(s, self._number[s]) for s in stems))

    @cached_property
    def _number(self) -> list[int]:
        # One place of a list is read far faster than one of an array.
        return self.number.tolist()

    @cached_property
    def _naming(self) -> dict[int, tuple[str, str]]:
        """Brand and module of each label whose brand is a name by itself."""
        naming = (self.brand != "") & ~(self.whole | self.wordy | self.plain)
        return {n: (str(self.brand[n]), str(self.module[n])) for n in np.flatnonzero(naming).tolist()}

    @cached_property
    def _branded(self) -> list[bool]:
        return (self.brand != "").tolist()

    def brands(self, labels: tuple[int, ...]) -> dict[str, str]:
        """Brands among labels, each with the module it stands before ("" for none).

        Only those that are names by themselves: not of kanji alone, no organisation's, no row of words.
        """
        return dict(self._naming[n] for n in labels if n in self._naming)


def label_stems(name: Name, no_names: frozenset[str]) -> tuple[str, ...]:
    """What a system or package goes by: its name, and a second name in brackets behind it unless in ``no_names``."""
    if is_wordy(name.stem):
        return (name.key,)
    if not name.aliases:
        return (name.stem,) if name.stem else ()
    found = (
        name.stem,
        *(a for a in name.aliases if a not in no_names and (a in name.quoted or is_telling(name.stem, a))),
    )
    return tuple(dict.fromkeys(found)) if name.stem else ()


def is_telling(stem: str, alias: str) -> bool:
    """Whether what stands in brackets is another name, or says the module of a suite: MICJET（収納）."""
    return is_second_name(stem, alias) or is_suite(stem) or alias in _products()


@cache
def _products() -> frozenset[str]:
    """Stems of all products the vocabulary knows."""
    areas = load("functions").values()
    entries = [entry for area in areas for code, entry in area.items() if code != "label"]
    return frozenset(fold_all([p for e in entries for p in e.get("products", ())])) | national_systems().keys()


@lru_cache(maxsize=1 << 14)
def is_suite(stem: str) -> bool:
    """Whether a name is made of suites and general words alone (RKK総合行政, 総合台帳), and so tells no function."""
    rest = _suite_pattern().sub("", stem)
    # LoGoフォーム is a product: beside a suite only kanji are general.
    return not rest or (_KANJI_ONLY.fullmatch(rest) is not None and not _generic_pattern().sub("", rest))


@cache
def _suite_pattern() -> re.Pattern[str]:
    return re.compile(alternatives(suite_words()))


def is_second_name(stem: str, alias: str) -> bool:
    """Whether what stands in brackets is another name, not a remark: whose it is, where, for what.

    ガルーン or KSK is a name; 水道 or 保健センター behind 土木積算 says whose it is, mac behind Latin words for what.
    """
    if stem.isascii() and " " in stem:
        return False
    return _NAMING.search(alias) is not None and not _PLACES_IN_TOWN.search(alias)


def take_apart(stems: list[str], called: Sequence[Called], known: Taxonomy, standard: pd.DataFrame) -> Labels:
    """Brand, module and sound of each distinct stem.

    Parameters
    ----------
    stems : list of str
    called : sequence of Called
        What the rows go by.
    known : Taxonomy
    standard : DataFrame
        stem (its number), function: where a stem stands for a standardised business.
    """
    # Words of an edition (クラウド) are off the stems already; inside a name they are part of it.
    removable = np.zeros(len(known.index.terms), dtype=bool)
    removable[known.uses["term"]] = True
    removable[[term for parts, _, _ in known.joint for term in parts]] = True
    removable[known.products] = False
    lines = _place_pattern().sub("", "\n".join(stems))
    own = np.array(_corrected(lines.split("\n")[: len(stems)], known), dtype=object)
    lines = "\n".join(own.tolist())
    names = np.array(_organisation_pattern().sub(" ", lines).split("\n")[: len(stems)], dtype=object)
    hits = known.index.find(names.tolist())
    brand = _brands(known.index.without(names.tolist(), hits, removable), known)
    whole = (brand == "") & (names != own)
    wordy = np.array([is_wordy(s) for s in stems], dtype=bool)
    brand = np.where(wordy, np.array(stems, dtype=object), np.where(whole, own, brand))
    brand = np.where(whole | wordy, brand, _in_one_script(brand))
    plain = np.array([_KANJI_ONLY.fullmatch(b) is not None for b in brand.tolist()], dtype=bool)
    module, for_all = _modules(names.tolist(), hits, known)
    module[_is_itself(brand, module, known)] = ""
    any_business = np.full(len(brand), "", dtype=object)
    any_business[for_all] = [min(known.does.get(b, ()), default="") for b in brand[for_all].tolist()]
    suite = _suites(brand, module, standard) & ~wordy & ~for_all
    alone = ~whole & ~wordy & ~plain & (brand != "")
    one, other = _apart_in_brackets(called, alone & (module == "") & ~for_all, (brand == "") & (module != ""))
    stems = stems + [f"{stems[b]} {stems[f]}" for b, f in zip(one, other, strict=True)]
    brand, suite, plain, whole, wordy, alone, any_business = (
        np.concatenate([held, held[one]]) for held in (brand, suite, plain, whole, wordy, alone, any_business)
    )
    module = np.concatenate([module, module[other]])
    key = np.where(alone, brand + "\n" + module, np.array(stems, dtype=object))
    number, keys = pd.factorize(key)
    first = np.unique(number, return_index=True)[1]
    silent = whole[first] | wordy[first]
    heard = np.array(sound_all(np.where(silent, "", brand[first]).tolist()), dtype=object)
    stem = np.array([k.split("\n")[0] for k in keys], dtype=object)
    products = known.product_words
    named = [b for b in dict.fromkeys(brand[first].tolist()) if b in products]
    said = dict(zip(named, loans(named), strict=True))
    return Labels(
        read=_read(brand[first], silent, names, number[: len(names)]),
        stem=stem,
        brand=brand[first],
        heard=heard,
        whole=whole[first],
        plain=plain[first],
        suite=suite[first],
        module=module[first],
        hinted=known.hinted,
        business=np.array([m in known and known[m].standard != "" for m in module[first].tolist()], dtype=bool),
        any_business=any_business[first],
        wordy=wordy[first],
        known=np.array([said.get(b) for b in brand[first].tolist()] + [None], dtype=object)[:-1],
        number=number[: len(stems) - len(one)],
        real=frozenset(brand[sorted({stem for own, _ in called for stem in own})]) - {""} | products | suite_words(),
        joined={(b, f): int(n) for b, f, n in zip(one, other, number[len(stems) - len(one) :], strict=True)},
    )


def _corrected(names: list[str], known: Taxonomy) -> list[str]:
    """Names with a word that is a known brand but for one letter (MICEJT, WinActer) written as that brand."""
    brands = _known_brands(known.product_words)
    # Words of the language are no slips, nor are the list's own brands, which stand in it more than once.
    holders = Counter(word for name in names for word in frozenset(_ONE.findall(name)))
    said = brands.keys() | load("readings")["words"].keys()
    odd = [word for word, count in holders.items() if _is_sure(word) and count <= _SELDOM and word not in said]
    near = {word: brands[brand] for word, brand in _near_words(odd, _by_end(known.product_words)).items()}
    if not near:
        return names
    pattern = re.compile("|".join(map(re.escape, sorted(near, key=len, reverse=True))))
    return pattern.sub(lambda match: near[match.group()], "\n".join(names)).split("\n")


def _is_sure(word: str) -> bool:
    return len(word) >= _SURE_FROM and _ONE.fullmatch(word) is not None


@cache
def _known_brands(products: frozenset[str]) -> dict[str, str]:
    """Brands long enough that a slip of the pen is sure, and how each is folded."""
    words = (word for product in products for word in product.split())
    brands = {word: word for word in (*words, *suite_words(), *company_words()) if _is_sure(word)}
    kana = [name for name in load("names")["kana_names"] if _is_sure(name)]
    return brands | dict(zip(kana, fold_all(kana), strict=True))


@cache
def _by_end(products: frozenset[str]) -> dict[str, list[str]]:
    """`_known_brands` by how they begin and end."""
    by_end: dict[str, list[str]] = {}
    for brand in _known_brands(products):
        for key in _ends(brand):
            by_end.setdefault(key, []).append(brand)
    return by_end


def _near_words(odd: Sequence[str], by_end: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The one brand of the same first letter that each odd word is but for one letter, wherever begin or end agree."""
    found = {}
    for word in odd:
        met = {brand for key in _ends(word) for brand in by_end.get(key, ())}
        fitting = [brand for brand in met if OSA.distance(word, brand, score_cutoff=1) <= 1]
        if len(fitting) == 1:
            found[word] = fitting[0]
    return found


def _ends(word: str) -> tuple[str, str]:
    return word[:3], f"{word[0]} {word[-3:]}"


def _read(brand: np.ndarray, silent: np.ndarray, names: np.ndarray, label: np.ndarray) -> list[frozenset[str]]:
    """Readings of each label: of its brand, and of its names where words in front of the brand were taken off.

    A word of function behind a brand says what it does, one before or inside it may be part of the name (放課後ノート).
    """
    said = [[b] if b and not mute else [] for b, mute in zip(brand.tolist(), silent.tolist(), strict=True)]
    for n, name in zip(label.tolist(), names.tolist(), strict=True):
        inside = brand[n] and (
            not name.startswith(brand[n]) or (_KANA.search(name[-1:]) and not name.endswith(brand[n]))
        )
        if not silent[n] and len(name) <= _LONGEST_READ and (inside or not brand[n]):
            said[n].append(name)
    distinct = list(dict.fromkeys(text for held in said for text in held))
    found = dict(zip(distinct, readings(distinct), strict=True))
    return [found[held[0]] if len(held) == 1 else frozenset().union(*(found[text] for text in held)) for held in said]


def _apart_in_brackets(
    called: Sequence[Called], brand: np.ndarray, function: np.ndarray
) -> tuple[list[int], list[int]]:
    """Stems that stand together in a row, one a bare brand, one a function without brand."""
    several = (own + mentioned for own, mentioned in called if len(own) + len(mentioned) > 1)
    pairs = {(b, f): None for held in several for b, f in permutations(held, 2) if brand[b] and function[f]}
    return [b for b, _ in pairs], [f for _, f in pairs]


def _brands(texts: list[str], known: Taxonomy) -> np.ndarray:
    """What is left of names without companies and general words."""
    index, removable = _companies(known.product_words)
    hits = index.find(texts)
    named = ~removable[hits.term]
    # A known product stays whole, though a general word stands in it (LoGoフォーム).
    kept = dict(zip(hits.text[named].tolist(), (index.terms[t] for t in hits.term[named].tolist()), strict=True))
    bare = index.without(texts, hits, removable)
    once = _without_general("\n".join(bare)).split("\n")
    # What stands beside a word that went is looked at again.
    again = [n for n, (line, before) in enumerate(zip(once, bare, strict=False)) if line != before]
    for n, line in zip(again, _without_general("\n".join([once[n] for n in again])).split("\n"), strict=False):
        once[n] = line
    lines = _PET.sub("", "\n".join(once)).split("\n")[: len(texts)]
    brands = [" ".join([part for part in line.split() if len(part) > 1]) for line in lines]
    for text, product in kept.items():
        whole = " ".join(_without_general(product).split())
        if brands[text] in (whole, product, ""):
            brands[text] = known.suite_of(product) or known.bases[product]
    return np.array(brands, dtype=object)


def _without_general(lines: str) -> str:
    return _generic_pattern().sub(" ", lines)


def _in_one_script(brand: np.ndarray) -> np.ndarray:
    """Brands with those in kana written as the one brand of the list in Latin letters or kanji that sounds so
    (ジオクラウド, GeoCloud; ケンコウカルテ, 健康かるて).

    Whether they are one product is weighed later; here they become one brand, so that its modules are counted together.
    """
    distinct = [b for b in dict.fromkeys(brand.tolist()) if b]
    kana = [b for b in distinct if _KANA.search(b) and not _HAN.search(b)]
    read = {b: read_aloud(b) for b in distinct if _HAN.search(b)} if kana else {}
    other = {b: b for b in distinct if b.isascii()} | {b: said for b, said in read.items() if not _HAN.search(said)}
    if not kana or not other:
        return brand
    by_sound: dict[str, list[tuple[str, Loan]]] = {}
    other_said: dict[str, str] = {}
    for name, said in zip(other, loans(list(other.values())), strict=True):
        other_said[name] = said.spoken
        for heard in (*said.sounds, said.spoken):
            by_sound.setdefault(heard, []).append((name, said))
    written = {}
    for name, said in zip(kana, loans(kana), strict=True):
        near = {other for heard in said.sounds for other, loan in by_sound.get(heard, ()) if loan_word(said, loan)}
        # Names too short for consonants to tell may have all their vowels in common (zevo, ゼヴォ).
        near |= {other for other, _ in by_sound.get(said.spoken, ()) if len(said.spoken) >= _SPOKEN and other != name}
        exact = {other for other in near if other_said[other] == said.spoken}
        near = exact or near
        if len(near) == 1:
            same = near.pop()
            # Kanji alone would describe and not name.
            old, new = (same, name) if _KANJI_ONLY.fullmatch(same) else (name, same)
            written[old] = new
    return np.array([written.get(b, b) for b in brand.tolist()], dtype=object) if written else brand


def _is_itself(brand: np.ndarray, module: np.ndarray, known: Taxonomy) -> np.ndarray:
    """Where a name says of a known product what it is (図書館システム LiCS-Re), not a module of it."""
    does, suites = known.does, suite_words()
    return np.array([b not in suites and m in does.get(b, ()) for b, m in zip(brand, module, strict=True)], dtype=bool)


def _modules(names: list[str], hits: Hits, known: Taxonomy) -> tuple[np.ndarray, np.ndarray]:
    """The function that each name itself says, "" where it says none; and where it names a product for any business.

    Such a product (forms, groupware) has no modules: what it is used for does not make it another one.
    """
    weight, function = known.said_in_names
    # In a Japanese compound the last word is the head: 戸籍総合 附票 is about 附票.
    order = np.lexsort((-weight[hits.term], -hits.start, np.isin(hits.term, known.beside)))
    order = order[weight[hits.term[order]] > 0]
    name, first = np.unique(hits.text[order], return_index=True)
    module = np.full(len(names), "", dtype=object)
    module[name] = np.array(known.codes, dtype=object)[function[hits.term[order[first]]]]
    # 申請カモメ and 予約カモメ, 水道マップ and 下水道マップ are modules too, though these words decide no function.
    met = np.unique(hits.term)
    general = met[[_generic_pattern().fullmatch(known.index.terms[term]) is not None for term in met]]
    says = ~np.isin(hits.term, known.products) & ~np.isin(hits.term, general)
    found = ((n, known.index.terms[t]) for n, t in zip(hits.text[says].tolist(), hits.term[says].tolist(), strict=True))
    hints = {n: word for n, word in found if word in known.hinted}
    for place in np.flatnonzero(module == "").tolist():
        activity = _activity_pattern().search(names[place])
        module[place] = activity.group() if activity else hints.get(place, "")
    for_all = np.zeros(len(names), dtype=bool)
    for_all[hits.text[np.isin(hits.term, known.for_all)]] = True
    module[for_all] = ""
    return module, for_all


def _suites(brand: np.ndarray, module: np.ndarray, standard: pd.DataFrame) -> np.ndarray:
    """Which names carry the brand of a suite: a known one, one that stands before three functions in the names
    themselves, or one under which three standardised businesses run.
    """
    said = zip(brand.tolist(), module.tolist(), strict=True)
    run = zip(brand[standard["stem"].to_numpy(dtype=np.int64)].tolist(), standard["function"].tolist(), strict=True)
    wide: set[str] = set()
    for pairs in (said, run):
        spread = Counter(b for b, function in set(pairs) if b and function)
        wide |= {b for b, count in spread.items() if count >= 3}
    return np.array([b in wide or _begins_with_one(b, suite_words()) for b in brand.tolist()], dtype=bool)


def _begins_with_one(brand: str, known: frozenset[str]) -> bool:
    """Whether the first words of a brand are a known one."""
    if brand in known or " " not in brand:
        return brand in known
    return any(brand[:at] in known for at, char in enumerate(brand) if char == " ")
