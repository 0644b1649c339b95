"""Which unit of an organisation does a written name mean?

Names are compared by keys (NFKC, no spaces, no brackets; then with variants and short forms written out), never by
similarity: similarity only offers the nearest names for what did not resolve. What may stand around a name (bureau in
front, section behind), be left out ("課") or lead to it (code, predecessor, settings) is told in
``vocabulary/departments.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from dxaudit.vocabulary import load

MOST_SIGNS = 100
"""Signs of a written name within which a unit is looked for; nobody's name is longer."""


@dataclass(frozen=True)
class Unit:
    """A department of the organisation; ``display`` tells it apart from others of its name, ``sections`` are its 係."""

    name: str
    bureau: str = ""
    code: str = ""
    former: tuple[str, ...] = ()
    display: str = ""
    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a written name means: one unit, several (``how`` "several"), or none with the candidates it might be.

    ``unread`` are names beside a unit that was read, which themselves mean none.
    """

    units: tuple[Unit, ...] = ()
    how: str = ""
    candidates: tuple[Unit, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def resolved(self) -> bool:
        return len(self.units) > 0


def clean(name: str) -> str:
    """A name as it is shown: layout spaces closed ("総　務　課"), others one half-width space; nothing else changed."""
    tokens = name.replace("\u3000", " ").split()
    if len(tokens) > 1 and all(len(t) == 1 for t in tokens):
        return "".join(tokens)
    return " ".join(tokens)


@cache
def key(name: str) -> str:
    """A name for comparing: NFKC, lower case, without spaces and bracketed remarks."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    bare = re.sub(r"\s+", "", without_brackets(folded))
    return bare or re.sub(r"[\s()\[\]]+", "", folded)


@cache
def folded(name: str) -> str:
    """`key` with variant characters and short forms written out, so that both spellings meet."""
    words = load("departments")
    found = key(name)
    for written, meant in words["variants"].items():
        found = found.replace(written, meant)
    for short, full in words["abbreviations"].items():
        rest = full.removeprefix(short) if full.startswith(short) else ""
        found = re.sub(re.escape(short) + (f"(?!{re.escape(rest)})" if rest else ""), full, found)
    return found


def without_brackets(name: str) -> str:
    return re.sub(r"[(（\[［【〔].*?[)）\]］】〕]", "", name).strip() or name


@cache
def everyone() -> frozenset[str]:
    return frozenset(key(word) for word in load("departments")["everyone"])


@cache
def _endings(kind: str) -> tuple[str, ...]:
    return tuple(load("departments")[kind])


def ends(name: str, kind: str) -> bool:
    return key(name).endswith(_endings(kind))


@cache
def _section(name: str) -> str:
    """A section's name for comparing: 課税係 in the list is 課税担当 in an answer."""
    found = key(name)
    return next((found[: -len(e)] for e in _endings("sure_sections") if found.endswith(e) and found != e), found)


def _code(text_or_none: object) -> str:
    """A code for comparing: digits without leading zeros; "" where there is none."""
    if not isinstance(text_or_none, str):
        return ""
    digits = unicodedata.normalize("NFKC", text_or_none).strip().removesuffix(".0").replace("-", "")
    return digits.lstrip("0") if digits.isdecimal() else digits.casefold()


class Reader:
    """Reads written names against fixed units; remembers what it has read."""

    def __init__(self, units: Iterable[Unit], stated: Mapping[str, str]) -> None:
        self.units = tuple(units)
        self._indexes = tuple((keyer, _index(self.units, keyer)) for keyer in (key, folded))
        self._formers = tuple((keyer, _former_index(self.units, keyer)) for keyer in (key, folded))
        self._bureaus = {key(u.bureau) for u in self.units if u.bureau}
        self._bureaus |= {part for u in self.units for part in map(key, u.bureau.split(" ")) if part}
        self._sections: dict[str, list[Unit]] = {}
        for unit in self.units:
            for name in dict.fromkeys(map(_section, unit.sections)):
                self._sections.setdefault(name, []).append(unit)
        self._codes: dict[str, list[Unit]] = {}
        for unit in self.units:
            if _code(unit.code):
                self._codes.setdefault(_code(unit.code), []).append(unit)
        self._stated = {key(written): meant for written, meant in stated.items()}
        self._choices = {u.display: key(u.display) for u in self.units}
        self._read: dict[tuple[str, str, str], Reading] = {}
        self._gone: set[Unit] = set()

    def explains_away(self, unit: Unit) -> bool:
        """Whether the other units explain this one's name; if so, it is no unit from here on."""
        self._gone.add(unit)
        reading = self._decide(unit.name, unit.bureau, "")
        if reading.resolved and reading.how not in ("exact", "other_bureau"):
            return True
        self._gone.discard(unit)
        return False

    def read(self, written: str, bureau: str = "", code: str = "") -> Reading:
        """What ``written`` means, with the bureau and the code that the row carries beside it."""
        place = (written, bureau, code)
        if place not in self._read:
            self._read[place] = self._decide(*place)
        return self._read[place]

    def nearest(self, written: str, count: int = 3) -> list[str]:
        """The names most like ``written``, for a person to choose from."""
        near = process.extract(key(written), self._choices, scorer=fuzz.ratio, limit=count, score_cutoff=40)
        return [name for _, _, name in near]

    def _decide(self, written: str, bureau: str, code: str) -> Reading:
        stated = self._stated.get(key(written))
        if stated is not None:
            exact = [u for u in self.units if key(stated) in (key(u.display), key(u.name), key(u.bureau + u.name))]
            if len(exact) == 1:
                return Reading((exact[0],), "settings")
            return Reading((), "stated", tuple(exact))
        name, own_code = _code_apart(written)
        code = own_code or code
        coded = self._codes.get(_code(code), []) if _code(code) else []
        reading = self._by_name(name, bureau) if name else Reading()
        if reading.resolved:
            return reading
        if len(coded) == 1 and (not reading.candidates or coded[0] in reading.candidates):
            return Reading((coded[0],), "exact" if not name or reading.candidates else "code")
        if reading.candidates or not name:
            return reading
        listed = self._sections.get(_section(name), ()) if ends(name, "sure_sections") else ()
        if listed:
            found = self._one_of(list(listed), key(bureau), "listed_section")
            return found if found.resolved else Reading((), "ambiguous", found.candidates)
        return self._several(name, bureau) or reading

    def _present(self, units: Iterable[Unit]) -> list[Unit]:
        return [u for u in units if u not in self._gone] if self._gone else list(units)

    def by_code(self, code: str) -> Unit | None:
        """The unit of a code, leading zeros or not; None where no unit or more than one has it."""
        units = self._codes.get(_code(code), []) if _code(code) else []
        return units[0] if len(units) == 1 else None

    def _by_name(self, name: str, bureau: str) -> Reading:
        undecided: tuple[Unit, ...] = ()
        for how, indexes in (("", self._indexes), ("former", self._formers)):
            for keyer, index in indexes:
                reading = self._by_key(keyer(name), index, key(bureau), keyer is folded)
                if reading.resolved:
                    return Reading(reading.units, how or reading.how)
                undecided = undecided or reading.candidates
            if undecided:
                return Reading((), "split" if how else "ambiguous", undecided)
        return Reading()

    def _by_key(self, written: str, index: _Index, bureau: str, was_folded: bool) -> Reading:
        plain = "variant" if was_folded else "exact"
        if self._present(index.names.get(written, ())):
            return self._one_of(self._present(index.names[written]), bureau, plain)
        inside = self._inside(written, index, bureau)
        if inside is not None:
            return Reading(inside.units, "variant", inside.candidates) if was_folded else inside
        lengthened = {
            u: None for e in _endings("omitted_endings") for u in self._present(index.names.get(written + e, ()))
        }
        if not lengthened:
            for ending in _endings("omitted_endings"):
                further = self._inside(written + ending, index, bureau)
                if further is not None and further.how == "bureau":
                    lengthened |= dict.fromkeys(further.units)
        return self._one_of(list(lengthened), bureau, "ending") if lengthened else Reading()

    def _one_of(self, units: list[Unit], bureau: str, how: str) -> Reading:
        if len(units) == 1:
            unit = units[0]
            if bureau and unit.bureau and not _same_bureau(bureau, unit.bureau):
                if bureau in self._bureaus and key(unit.name) in _common():
                    return Reading((), "", (unit,))
                return Reading((unit,), "other_bureau" if how == "exact" else how)
            return Reading((unit,), how)
        narrowed = [u for u in units if bureau and u.bureau and _same_bureau(bureau, u.bureau)]
        if len(narrowed) == 1:
            return Reading((narrowed[0],), how)
        return Reading((), "", tuple(narrowed or units))

    def _inside(self, written: str, index: _Index, bureau: str) -> Reading | None:
        """A unit's name inside ``written``: bureau in front, section behind. The innermost and longest name wins."""
        best: tuple[int, int] | None = None
        chosen: Reading | None = None
        for name in index.inside(written):
            units = self._present(index.names[name])
            start = written.rfind(name) if units else -1
            while start >= 0:
                front, behind = written[:start], written[start + len(name) :]
                if (not behind or behind.endswith(_endings("section_endings"))) and (
                    best is None or (start + len(name), len(name)) > best
                ):
                    reading = self._with_front(front, behind, units, bureau)
                    if reading is not None:
                        best, chosen = (start + len(name), len(name)), reading
                start = written.rfind(name, 0, start + len(name) - 1)
        return chosen

    def _with_front(self, front: str, behind: str, units: list[Unit], bureau: str) -> Reading | None:
        how = "section" if behind else "bureau"
        if not front:
            return self._one_of(units, bureau, how)
        is_bureau = front.endswith(_endings("bureau_endings")) or front in self._bureaus
        # 「福祉」 of 福祉総務課 is part of the name, whatever 福祉部 has.
        fitting = [u for u in units if is_bureau and u.bureau and _same_bureau(front, u.bureau)]
        if fitting:
            return self._one_of(fitting, bureau, how)
        for keyer, index in self._indexes:
            # 課 in front of 室: the front is itself a unit, perhaps with its bureau.
            if self._present(index.names.get(keyer(front), ())) and not ends(units[0].name, "sure_endings"):
                return self._one_of(units, bureau, how)
        if front in self._bureaus or not front.endswith(_endings("bureau_endings")):
            return None
        unknown = [u for u in units if not u.bureau]
        if unknown:
            return self._one_of(unknown, bureau, how)
        if len(units) == 1 and key(units[0].name) not in _common():
            return Reading((units[0],), "other_bureau")
        return None

    def _several(self, name: str, bureau: str) -> Reading | None:
        words = load("departments")
        bare = without_brackets(unicodedata.normalize("NFKC", name))
        parts = split(bare, words["separators"])
        if len(parts) > 1:
            first = self._by_name(parts[0], bureau)
            if first.resolved:
                # What stands without a bureau of its own is of the bureau named first.
                context = bureau or key(first.units[0].bureau)
                others = {part: self._by_name(part, context) for part in dict.fromkeys(parts[1:])}
                unread = tuple(clean(part) for part, reading in others.items() if not reading.resolved)
                return _joined([first, *(r for r in others.values() if r.resolved)], unread)
        parts = split(bare, [*words["separators"], *words["weak_separators"]])
        readings = [self._by_name(part, bureau) for part in parts]
        if len(parts) > 1 and all(r.resolved for r in readings):
            return _joined(readings)
        parts = clean(bare).split(" ")
        if len(parts) > 2 and not self._by_name(parts[0], bureau).resolved:
            parts, bureau = parts[1:], parts[0]
        readings = [self._by_name(part, bureau) for part in parts]
        if len(parts) > 1 and all(r.resolved for r in readings):
            # "部　課　課": published inventories name the section in charge last, before it the one that leads.
            return _joined([readings[-1], *readings[:-1]])
        return None


class _Index:
    """Units by the key of a name."""

    def __init__(self, entries: Iterable[tuple[str, Unit]]) -> None:
        self.names: dict[str, list[Unit]] = {}
        for name, unit in entries:
            held = self.names.setdefault(name, [])
            if unit not in held:
                held.append(unit)
        self.names.pop("", None)
        self._lengths = sorted({len(name) for name in self.names})

    def inside(self, written: str) -> list[str]:
        """The names that stand somewhere in ``written``: every piece of it is looked up, so that units cost nothing."""
        pieces = {
            written[i : i + length]
            for length in self._lengths
            for i in range(min(len(written), MOST_SIGNS) - length + 1)
        }
        return [piece for piece in pieces if piece in self.names]


def _index(units: Iterable[Unit], keyer: Callable[[str], str]) -> _Index:
    return _Index((keyer(unit.name), unit) for unit in units)


def _former_index(units: Iterable[Unit], keyer: Callable[[str], str]) -> _Index:
    # A predecessor may be written with its bureau: both forms lead to its successor.
    return _Index(
        (form, unit)
        for unit in units
        for name in unit.former
        for form in (keyer(name), keyer(clean(name).rpartition(" ")[2]))
    )


@cache
def _common() -> frozenset[str]:
    return frozenset(key(name) for name in load("departments")["common_names"])


@cache
def _same_bureau(written: str, listed: str) -> bool:
    """Whether a written bureau is the listed one, or an upper or lower part of its full path."""
    ours, theirs = folded(written), folded(listed)
    if not ours or not theirs:
        return False
    last = folded(listed.rpartition(" ")[2])
    return (
        ours in (theirs, last)
        or ours.endswith(theirs)
        or theirs.endswith(ours)
        or theirs.startswith(ours)
        or any(ours + ending in (theirs, last) for ending in ("部", "局"))
    )


def _code_apart(written: str) -> tuple[str, str]:
    """Name and code of "0102 市民課", "市民課(0102)", "0102"."""
    cleaned = unicodedata.normalize("NFKC", written).strip()
    if re.fullmatch(r"[0-9][0-9-]*(\.0)?", cleaned):
        return "", cleaned
    match = re.fullmatch(r"([0-9]{2,})[\s:.,_-]*([^0-9\s].*)", cleaned) or None
    if match:
        return match[2], match[1]
    match = re.fullmatch(r"(.*\S)\s*\(\s*([0-9]{2,})\s*\)", cleaned)
    return (match[1], match[2]) if match else (written, "")


def split(name: str, separators: Iterable[str]) -> list[str]:
    """The parts of a name between any of ``separators``."""
    pattern = "|".join(re.escape(s) for s in separators)
    return [part.strip() for part in re.split(pattern, name) if part.strip()]


def _joined(readings: list[Reading], unread: tuple[str, ...] = ()) -> Reading:
    units = tuple(dict.fromkeys(u for r in readings for u in r.units))
    return Reading(units, "several" if len(units) > 1 or unread else "section", unread=unread)
