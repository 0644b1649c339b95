"""For whom the systems of a group are: whether they duplicate each other or serve other people, and what shows it.

Relations in the words of audit (GAO-15-49SP): duplication is the same function for the same users or about the same
data, overlap the same function for others.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from dxaudit.systems.names import alternatives, fold
from dxaudit.vocabulary import load, text

_NAMED = 3


@dataclass(frozen=True)
class Served:
    """For whom one system is.

    Attributes
    ----------
    name : str
    audiences : frozenset of str
        Those of ``[audience]`` in ``overlaps.toml`` whose words it says.
    departments : frozenset of str
        Owner and users.
    users_known : bool
        Its users are written, not only its owner.
    everyone : bool
        All departments use it.
    data : frozenset of str
    """

    name: str
    audiences: frozenset[str]
    departments: frozenset[str]
    users_known: bool
    everyone: bool
    data: frozenset[str]

    def others(self, audiences: frozenset[str]) -> bool:
        """Whether people of ``audiences`` are others than its own, as far as both are known."""
        return bool(self.audiences and audiences and not self.audiences & audiences)


class Relation(NamedTuple):
    """``duplication`` or ``overlap``, and the sentence that says why, "" where one product says it already."""

    kind: str
    why: str


@lru_cache(maxsize=1 << 14)
def audiences(said: str) -> frozenset[str]:
    """Audiences whose words stand in a folded text."""
    found = {name for name, pattern in _patterns().items() if pattern.search(said)}
    spec = load("overlaps")["audience"]
    return frozenset(found - {"staff"} if any(spec[name].get("body") for name in found) else found)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(alternatives(spec["words"])) for name, spec in load("overlaps")["audience"].items()}


@cache
def _everyone() -> frozenset[str]:
    return frozenset(load("departments")["everyone"])


def served(name: str, owner: str, users: Sequence[str], data: Sequence[str], said: Iterable[str]) -> Served:
    """`Served` of a system from what the list says; ``said`` are its further texts."""
    everything = fold(" / ".join(filter(None, (name, owner, *users, *data, *said))))
    return Served(
        name=name,
        audiences=audiences(everything),
        departments=frozenset(d for d in (owner, *users) if d and d not in _everyone()),
        users_known=bool(users),
        everyone=any(u in _everyone() for u in users),
        data=frozenset(data),
    )


def relation(inside: Sequence[Served], kind: str, lang: str) -> Relation:
    """How the systems of a group stand to each other.

    One product is a duplication. Systems of one function are one where any two of them have a department or data in
    common or serve the public alike, unless their words name other people (勤怠 of the office and of the hospital).
    Otherwise they overlap, with what shows that their users are others, or the word that nothing tells.
    """
    apart = _apart(inside, lang)
    if kind == "same_product":
        return Relation("duplication", apart)
    shared = _shared(inside)
    if shared is not None:
        what, value = shared
        value = _labels([value], lang) if what == "audience" else value
        return Relation("duplication", text(f"systems.users.{what}", lang, value=value) + apart)
    if apart:
        return Relation("overlap", apart)
    known = all(one.users_known for one in inside)
    return Relation("overlap", text("systems.users.departments" if known else "systems.users.unknown", lang))


def _shared(inside: Sequence[Served]) -> tuple[str, str] | None:
    """The first thing that two members for the same people have in common: what it is, and its name."""
    seen: dict[Hashable, list[frozenset[str]]] = {}
    for one in inside:
        for what, value, key, _ in _keys(one):
            if any(not one.others(audience) for audience in seen.get(key, ())):
                return what, value
        for _, _, _, met in _keys(one):
            held = seen.setdefault(met, [])
            if one.audiences not in held:
                held.append(one.audiences)
    return None


def _keys(one: Served) -> Iterator[tuple[str, str, Hashable, Hashable]]:
    """What may be shared: kind, name, the key it meets others by, the key under which others meet it."""
    spec = load("overlaps")["audience"]
    for name in sorted(one.audiences):
        if spec[name].get("public"):
            yield "audience", name, ("audience", name), ("audience", name)
    for department in sorted(one.departments):
        yield "department", department, ("department", department), ("department", department)
    for data in sorted(one.data):
        yield "data", data, ("data", fold(data)), ("data", fold(data))
    # A system for all meets every other one, and is met by every other one whose department is known.
    if one.everyone:
        yield "everyone", "", "department", "everyone"
        yield "everyone", "", "everyone", "everyone"
    if one.departments:
        yield "everyone", "", "everyone", "department"


def _apart(inside: Sequence[Served], lang: str) -> str:
    """The sentence that names who serves whom, where some members serve other people than others; else ""."""
    named: dict[frozenset[str], list[str]] = {}
    for one in inside:
        if one.audiences:
            named.setdefault(one.audiences, []).append(one.name)
    groups = list(named)
    if not any(not a & b for n, a in enumerate(groups) for b in groups[:n]):
        return ""
    parts = [
        text("systems.users.one_audience", lang, people=_labels(people, lang), names=_names(names, lang))
        for people, names in named.items()
    ]
    return text("systems.users.apart", lang, parts=text("systems.users.between", lang).join(parts))


def _labels(people: Iterable[str], lang: str) -> str:
    spec = load("overlaps")["audience"]
    return "・".join(spec[name]["label"][lang] for name in spec if name in people)


def _names(names: list[str], lang: str) -> str:
    shown = "、".join(names[:_NAMED])
    rest = len(names) - _NAMED
    return f"{shown} {text('systems.chart.more', lang, count=rest)}" if rest > 0 else shown
