"""Which systems of the list are meant by the names that links and businesses write, which way a link goes, and how.

Names are compared as products are: stem, brand, then part of a name, then the function that a name of function words
says. Of several that fit equally the writer's own department decides; where it does not, the name stays open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from rapidfuzz import fuzz, process
from scipy import sparse

from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.inventory import office_tools
from dxaudit.systems.labels import Called, Labels, label_stems, take_apart
from dxaudit.systems.names import Name, alternatives, fold_all, parse_all
from dxaudit.systems.vendors import company_words
from dxaudit.vocabulary import load

if TYPE_CHECKING:
    from dxaudit.systems.systemmap import SystemMap

UNRESOLVED_COLUMNS = ("table", "name", "department", "written", "reason", "nearest")
_SHORTEST_PART = 3
_SEVERAL_NEAR = 4
_NEAR_FROM = 60
_LONGEST = 100


class Link(NamedTuple):
    """What one cell says about another system: its name, which way data go ("to", "from", "both", ""), the method."""

    name: str
    direction: str
    method: str


@dataclass(frozen=True)
class Reference:
    """One written name, or one of several in a cell.

    Attributes
    ----------
    row : int
        Row of the table that wrote it.
    name : str
    rows : tuple of int
        Rows of the list that it means; more than one only where one product is listed more than once.
    near : tuple of int
        Where it means none: those that fit equally, else the nearest.
    several : bool
        ``near`` fit equally.
    direction, method : str
        Of a link, as `Link`.
    """

    row: int
    name: str
    rows: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    several: bool = False
    direction: str = ""
    method: str = ""


class Fit(NamedTuple):
    """Rows that a name means, or those near it; as in `Reference`."""

    rows: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    several: bool = False


@dataclass(frozen=True)
class References:
    """All names of systems that the inventories write: in links between systems, and as what businesses use."""

    links: tuple[Reference, ...]
    uses: tuple[Reference, ...]


def find_references(found: SystemMap) -> References:
    """`References` of a map."""
    systems, businesses = found.state.systems, found.state.businesses
    linked = [
        (row, cell, read_link(cell)) for row, cells in enumerate(systems["linked_systems"]) for cell in several(cells)
    ]
    used = [(row, cell) for row, cells in enumerate(businesses["systems_used"]) for cell in several(cells)]
    names = [name for _, cell, link in linked for name in (cell, link.name)] + [cell for _, cell in used]
    book = _Book(found, names)
    places = _places(systems, "owner_department")
    methods = systems["link_method"].tolist()
    links = []
    for row, cell, link in linked:
        # A name of the list may hold such words itself: 帳票出力.
        if book.holds(cell):
            link = Link(cell, "", "")
        method = link.method or (methods[row] if isinstance(methods[row], str) else "")
        links += [
            Reference(row, name, *fit, link.direction, method) for name, fit in book.meant(link.name, places[row], row)
        ]
    places = _places(businesses, "department")
    uses = [
        Reference(row, name, *fit)
        for row, cell in used
        for name, fit in book.meant(cell, places[row])
        if fit.rows or not _no_system(name)
    ]
    return References(tuple(links), tuple(uses))


def unresolved(found: SystemMap) -> pd.DataFrame:
    """`SystemMap.unresolved`."""
    systems, businesses = found.state.systems, found.state.businesses
    names = systems["system"].tolist()
    lines = [
        (table, frame[label].iloc[r.row], frame[owner].iloc[r.row], r.name, "several" if r.several else "unknown",
         tuple(str(names[n]) for n in r.near[:_SEVERAL_NEAR]))
        for table, frame, label, owner, references in (
            ("systems", systems, "system", "owner_department", found.references.links),
            ("businesses", businesses, "business", "department", found.references.uses),
        )
        for r in references
        if not r.rows
    ]  # fmt: skip
    return pd.DataFrame(lines, columns=list(UNRESOLVED_COLUMNS))


def several(value: object) -> tuple[str, ...]:
    """The texts of a cell that holds a list; none where it is empty."""
    return tuple(v for v in value if isinstance(v, str) and v) if isinstance(value, (tuple, list)) else ()


def _places(frame: pd.DataFrame, department: str) -> list[frozenset[str]]:
    """Department and bureau of each row."""
    pairs = zip(frame[department], frame["bureau"], strict=True)
    return [frozenset(place for place in pair if isinstance(place, str)) for pair in pairs]


# ------------------------------------------------------------------------------ name, direction and method of a link


def read_link(written: str) -> Link:
    """Name, direction and method of what stands in a cell of links.

    Examples
    --------
    >>> read_link("財務会計（手入力）")
    Link(name='財務会計', direction='', method='manual')
    >>> read_link("住民情報からCSV取込"), read_link("→宛名管理")
    (Link(name='住民情報', direction='from', method='csv_manual'), Link(name='宛名管理', direction='to', method=''))
    """
    name, direction, method = unicodedata.normalize("NFKC", written).strip(), "", ""
    # A longer text is no name with a remark behind it.
    while len(name) <= _LONGEST:
        told = _ending().search(name) or _ARROW.match(name)
        rest = (name[: told.start()] + name[told.end() :]).strip(" :-") if told else ""
        if not rest:
            break
        for kind, code in _said(told[0]):
            if kind == "method":
                method = method or code
            else:
                direction = direction or code
        name = rest
    return Link(name, direction, method)


_ARROW = re.compile(r"^\s*(?:<->|<=>|->|=>|<-|<=|[→⇒➡←⇐⬅⇔↔⇄⇆])")


@cache
def _words() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """All words that say something about a link, the longest first, and what each says."""
    spec = load("links")
    said: dict[str, tuple[str, str]] = dict.fromkeys(spec["filler"]["words"], ("", ""))
    said |= {word: ("direction", code) for code, words in spec["direction"].items() for word in words}
    methods = load("spellings")["systems"]["link_method"]
    said |= {word: ("method", code) for code, words in methods.items() if code != "none" for word in words}
    said = {unicodedata.normalize("NFKC", word): what for word, what in said.items()}
    return re.compile("|".join(re.escape(w) for w in sorted(said, key=len, reverse=True)), re.IGNORECASE), said


@cache
def _ending() -> re.Pattern[str]:
    """What ends a cell behind the name: brackets, or a particle or sign with more words, or a word of direction."""
    words = _words()[0].pattern
    directions = [w for words in load("links")["direction"].values() for w in words]
    verbs = "|".join(re.escape(unicodedata.normalize("NFKC", w)) for w in sorted(directions, key=len, reverse=True))
    inside = rf"\((?:(?:{words}|[ ・、,:])++)\)"
    behind = (
        rf"(?<=.)(?:へ|に|と|から|より|[ :→⇒←⇐⇔↔⇄])(?:{words}|[ ・、:])++"
        # 住基からの異動データ取込
        rf"|(?<=.)(?:へ|から|より)の?[^へ]{{0,12}}?(?:{words})++|(?<=..)(?:{verbs})"
    )
    return re.compile(rf"(?:{inside}|{behind})$", re.IGNORECASE)


def _said(words: str) -> list[tuple[str, str]]:
    pattern, said = _words()
    return [what for word in pattern.findall(words) if (what := said.get(word) or said[word.lower()])[0]]


@cache
def _no_system_pattern() -> re.Pattern[str]:
    # 紙台帳 and ノート, but not a system that begins so.
    paper = "|".join(map(re.escape, fold_all(load("links")["no_system"])))
    return re.compile(rf"^(?:{paper})(?!.*システム)|{alternatives(office_tools())}")


def _no_system(name: str) -> bool:
    """Whether a business says with this that it uses paper or an office tool, not a system."""
    return _no_system_pattern().search(fold_all([name])[0]) is not None


# ------------------------------------------------------------------------------------------------ names of the list


@cache
def _separator() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, load("links")["separators"])))


def _pieces(text: str) -> list[str]:
    """What stands between separators outside brackets; none where there is none."""
    held = re.sub(r"[(（「『].*?[)）」』]", lambda m: "\ue000" * len(m[0]), text)
    ends = [(m.start(), m.end()) for m in _separator().finditer(held)]
    if not ends:
        return []
    starts = [0, *(end for _, end in ends)]
    pieces = [text[a:b].strip() for a, b in zip(starts, [*(start for start, _ in ends), len(text)], strict=True)]
    return [p for p in pieces if p]


class _Book:
    """The systems of a list by all that they may be called, and the names written beside it."""

    def __init__(self, found: SystemMap, written: Iterable[str]) -> None:
        texts = list(dict.fromkeys(t for w in written for t in (w, *_pieces(w))))
        self._found = found
        self._parsed: dict[str, Name] = dict(zip(texts, parse_all(texts), strict=True))
        self._stems = {text: self._own(name) for text, name in self._parsed.items()}
        stock = found.inventory
        self._row_names = stock.names.rows()
        self._by_stem: dict[str, list[int]] = {}
        for row, called in enumerate(self._row_names):
            own = [stock.stems[n] for n in called.own]
            for stem in [s for s in own if s not in company_words()] or own:
                self._by_stem.setdefault(stem, []).append(row)
        self._product = found.systems["product"].tolist()
        self._owner = found.systems["owner_department"].tolist()
        self._known_candidates: dict[tuple[str, bool], list[int]] = {}
        row = {name: n for n, name in enumerate(found.systems["system_id"])}
        self._counts = [row.get(same, n) for n, same in enumerate(found.systems["same_as"])]
        self._users = [frozenset(several(u)) for u in found.state.systems["user_departments"]]

    @staticmethod
    def _own(name: Name) -> tuple[str, ...]:
        stems = label_stems(name, office_tools())
        # Of 人事給与（TKC） the company is no name.
        return tuple(s for s in stems if s not in company_words()) or stems

    @cached_property
    def _keys(self) -> list[str]:
        return [name.key for name in parse_all([str(s) for s in self._found.systems["system"].fillna("")])]

    @cached_property
    def _labels(self) -> tuple[Labels, Mapping[str, int]]:
        """The list's names and all written ones, taken apart together."""
        stock = self._found.inventory
        number = {stem: n for n, stem in enumerate(stock.stems)}
        for stems in self._stems.values():
            for stem in stems:
                number.setdefault(stem, len(number))
        called = [*stock.names.values, *(Called(tuple(number[s] for s in held), ()) for held in self._stems.values())]
        return take_apart(list(number), called, self._found.taxonomy, self._found.standard_names), number

    @cached_property
    def _by_brand(self) -> dict[str, list[tuple[int, str]]]:
        """Row and module of each brand that names by itself, and of how it sounds."""
        labels, _ = self._labels
        found: dict[str, list[tuple[int, str]]] = {}
        for row, called in enumerate(self._row_names):
            for brand, module in labels.brands(labels.of(called)).items():
                found.setdefault(brand, []).append((row, module))
        return found

    def holds(self, text: str) -> bool:
        """Whether some system of the list has just that name, brackets and all."""
        return self._parsed[text].key in self._keys or (not self._parsed[text].aliases and self._named(text))

    def _named(self, text: str) -> bool:
        return bool(self._stems[text]) and self._stems[text][0] in self._by_stem

    def meant(self, text: str, places: frozenset[str], writer: int | None = None) -> list[tuple[str, Fit]]:
        """The name, or the several names, that a text holds, each with its `Fit`.

        ``places`` are the writer's department and bureau, ``writer`` its own row where it is a system.
        """
        whole = self._fit(text, places, writer, surely=True)
        if whole.rows or whole.several:
            return [(text, whole)]
        pieces = _pieces(text)
        fits = [(piece, self._fit(piece, places, writer)) for piece in pieces]
        if pieces and (any(self._named(p) for p in pieces) or all(f.rows or self._known(p) for p, f in fits)):
            return fits
        return [(text, self._fit(text, places, writer))]

    def _known(self, text: str) -> bool:
        """Whether a text is a product or says a function by itself."""
        labels, number = self._labels
        return any(
            labels.brand[n] in self._found.taxonomy.does or labels.module[n] in self._found.taxonomy
            for n in (labels.number[number[s]] for s in self._stems[text])
        )

    def _fit(self, text: str, places: frozenset[str], writer: int | None, *, surely: bool = False) -> Fit:
        """The first way of comparing that finds something; with ``surely``, by name and brand alone."""
        if not self._stems[text]:
            return Fit()
        rows = [row for row in self._candidates(text, surely) if row != writer]
        if rows:
            return self._chosen(text, rows, places)
        return Fit() if surely else Fit(near=tuple(row for row in self._nearest(text) if row != writer))

    def _candidates(self, text: str, surely: bool) -> list[int]:
        key = text, surely
        if key not in self._known_candidates:
            ways = (self._by_name, self._by_brands, self._by_part, self._by_function)
            # Excel is the tool of many, and the name of none but a system called so.
            ways = ways[: 1 if _no_system(text) else 2 if surely else None]
            rows = next(filter(None, (way(text) for way in ways)), [])
            self._known_candidates[key] = list(dict.fromkeys(rows))
        return self._known_candidates[key]

    def _chosen(self, text: str, rows: list[int], places: frozenset[str]) -> Fit:
        """Of rows that fit equally those of the writer's department, and of these the one of that very name.

        Of a system that two lists name, the row that counts stands for both.
        """
        rows = list(dict.fromkeys(self._counts[row] for row in rows))
        for nearer in (
            lambda row: self._owner[row] in places or bool(self._users[row] & places),
            lambda row: self._keys[row] == self._parsed[text].key,
            lambda row: self._owner[row] in places,
        ):
            rows = [row for row in rows if nearer(row)] or rows
        owners = {self._owner[row] for row in rows if isinstance(self._owner[row], str)}
        # One product of one owner in several rows is one system that several lists hold.
        one = len({self._product[row] for row in rows}) == 1 and len(owners) <= 1
        return Fit(rows=tuple(rows)) if one else Fit(near=tuple(rows), several=True)

    def _by_name(self, text: str) -> list[int]:
        return next((self._by_stem[stem] for stem in self._stems[text] if stem in self._by_stem), [])

    def _by_brands(self, text: str) -> list[int]:
        labels, number = self._labels
        own = labels.of(Called(tuple(number[s] for s in self._stems[text]), ()))
        found = []
        for brand, module in labels.brands(own).items():
            # One brand before two functions makes two modules: MICJET税, MICJET住民記録.
            found += [row for row, other in self._by_brand.get(brand, ()) if not module or not other or module == other]
        return found

    def _by_part(self, text: str) -> list[int]:
        """Systems whose name begins or ends with this one: 管路GIS of 水道管路GIS, not 健康管理 of 職員健康管理."""
        labels, number = self._labels
        stem = self._stems[text][0]
        label = labels.number[number[stem]]
        known: Taxonomy = self._found.taxonomy
        module = labels.module[label]
        # 予約管理 is no name of its own.
        if len(stem) < _SHORTEST_PART or not (labels.brand[label] or module in known):
            return []
        held = (s for s in self._by_stem if s != stem and (s.startswith(stem) or s.endswith(stem)))
        rows = [row for s in held for row in self._by_stem[s]]
        if module not in known or known[module].platform:
            return rows
        doing = set(self._doing(module))
        return [row for row in rows if row in doing]

    def _by_function(self, text: str) -> list[int]:
        """Systems of the function that a name of function words alone says."""
        labels, number = self._labels
        label = labels.number[number[self._stems[text][0]]]
        known: Taxonomy = self._found.taxonomy
        module = labels.module[label]
        if labels.brand[label] or module not in known:
            return []
        return self._doing(module)

    def _doing(self, function: str) -> list[int]:
        """Systems that count for a function."""
        place = self._found.taxonomy.codes.index(function)
        return self._members.indices[self._members.indptr[place] : self._members.indptr[place + 1]].tolist()

    @cached_property
    def _members(self) -> sparse.csc_matrix:
        return self._found.members.tocsc()

    def _nearest(self, text: str) -> tuple[int, ...]:
        """The row whose name is most like this one in letters; none where no name is like it."""
        near = process.extractOne(self._stems[text][0], list(self._by_stem), scorer=fuzz.ratio, score_cutoff=_NEAR_FROM)
        return tuple(self._by_stem[near[0]][:1]) if near else ()
