"""Groups of systems a city can talk about: relation, who absorbs whom, cost, saving, reasons against, when, with whom.

Relations in the words of audit (GAO, *Fragmentation, Overlap, and Duplication: An Evaluation and Management Guide*,
GAO-15-49SP): duplication and overlap (`dxaudit.systems.audience`), fragmentation (one field, several functions and
owners).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from dxaudit.intake.unit_names import everyone, key
from dxaudit.systems.audience import Served, relation, served
from dxaudit.systems.names import fold
from dxaudit.systems.standard import Statement, read_statement
from dxaudit.systems.terms import TermIndex
from dxaudit.vocabulary import code_label, load, text

if TYPE_CHECKING:
    from dxaudit.systems.functions import Function
    from dxaudit.systems.systemmap import SystemMap

OVERLAP_COLUMNS = (
    "group", "kind", "label", "relation", "band", "confidence", "systems", "names", "departments", "used_by",
    "evidence", "absorbs", "absorb_share", "cost", "cost_known", "saving_low", "saving_middle", "saving_high", "within",
    "keep_apart", "window", "status", "decision",
)  # fmt: skip
FIELD_COLUMNS = ("area", "label", "relation", "systems", "names", "functions", "departments", "cost")


@dataclass(frozen=True)
class Member:
    """One system of a group, with what the comparison needs."""

    row: int
    owner: str
    users: frozenset[str]
    data: frozenset[str]
    businesses: frozenset[str]
    functions: frozenset[int]
    cost: float
    contract_to: str
    zone: str
    standard: Statement
    bureau: str
    personal: str
    count: float
    served: Served

    @cached_property
    def things(self) -> frozenset[tuple[str, object]]:
        """All that a system that takes over this one must be able to do."""
        return frozenset(
            {("f", f) for f in self.functions} | {("d", d) for d in self.data} | {("b", b) for b in self.businesses}
        )


def overlap_groups(found: SystemMap, lang: str = "ja") -> pd.DataFrame:
    """All groups of two systems and more, surest and dearest first; columns `OVERLAP_COLUMNS`.

    ``departments`` own a system of the group, ``used_by`` are further departments that use one; a word for everybody
    (全庁) and a user that is no department (小中学校) are neither. ``within`` is the group that holds all systems of
    this one and more, so that its saving is part of the other's; "" where there is none.
    """
    groups = found.groups()
    if groups.empty:
        return pd.DataFrame(columns=list(OVERLAP_COLUMNS))
    row_of = {name: row for row, name in enumerate(found.inventory.ids)}
    members = _Members(found)
    product_of = found.systems["product"].to_numpy()
    rows = groups["system_id"].map(row_of).to_numpy()
    lines = []
    for (group, kind), where in groups.groupby(["group", "kind"], sort=False).indices.items():
        inside = rows[where]
        # Where all systems of a function are one product, the product's own group says it already.
        if kind == "same_function" and len(set(product_of[inside])) == 1:
            continue
        lines.append(_line(found, group, kind, inside, groups["confidence"].to_numpy()[where], members, lang))
    frame = pd.DataFrame(lines, columns=list(OVERLAP_COLUMNS))
    order = frame.assign(sure=frame["band"] == "candidate", money=frame["saving_middle"].fillna(-1))
    order = order.sort_values(["sure", "money", "confidence"], ascending=False, kind="stable")
    frame = frame.loc[order.index].reset_index(drop=True)
    return frame.assign(within=_containers(frame))


def _containers(frame: pd.DataFrame) -> list[str]:
    """For each group the smallest that holds all its systems and is as sure; of two with the same, the first."""
    held = [frozenset(systems) for systems in frame["systems"]]
    shown = frame["band"].map(list(load("overlaps")["bands"]).index).tolist() if len(frame) else []
    of_system: dict[str, list[int]] = {}
    for place, systems in enumerate(held):
        for system in systems:
            of_system.setdefault(system, []).append(place)
    found = []
    for place, systems in enumerate(held):
        around = [
            other
            for other in of_system[min(systems, key=lambda s: len(of_system[s]))]
            if shown[other] <= shown[place] and (systems < held[other] or (systems == held[other] and other < place))
        ]
        best = min(around, key=lambda other: (len(held[other]), other), default=None)
        found.append("" if best is None else frame["group"].iloc[best])
    return found


def fragmented_fields(found: SystemMap, lang: str = "ja") -> pd.DataFrame:
    """Platforms that several departments could share, then fields that they serve with several systems.

    A field is an area of the taxonomy with two departments, two functions and three systems or more. A platform
    (``carries`` in ``functions.toml``, under its function's code) stands there with the systems of its function, of
    functions that it can carry, and those whose name says that they run on one, if two departments own them.
    """
    systems = found.systems[found.counted]
    lines = []
    for function in found.taxonomy.functions:
        part = found.systems[_carried(found, function)] if function.carries else systems[:0]
        if len(owning(part["owner_department"])) > 1:
            lines.append(_field(found, function.code, function.carries[lang], part))
    for area, part in systems[systems["area"] != ""].groupby("area", sort=False):
        owners = owning(part["owner_department"])
        functions = tuple(dict.fromkeys(part["function_label"]))
        if len(owners) < 2 or len(functions) < 2 or len(part) < 3:
            continue
        lines.append(_field(found, area, part["area_label"].iloc[0], part))
    return pd.DataFrame(lines, columns=list(FIELD_COLUMNS))


def owning(owners: Iterable[object]) -> tuple[str, ...]:
    """The departments among the owners of systems, in order; a word for everybody (全庁) is none."""
    return tuple(dict.fromkeys(d for d in owners if isinstance(d, str) and d and key(d) not in everyone()))


def _carried(found: SystemMap, platform: Function) -> np.ndarray:
    """Which systems a platform might carry: by their function, or by a word of the platform in name or package."""
    known = found.taxonomy
    codes = [f.code for f in known.functions if f is platform or f.carried_by == platform.code]
    words = sorted(known.words_of(platform.code))
    hits = TermIndex(words, [True] * len(words), [True] * len(words)).find(found.inventory.texts["name"])
    says_so = np.isin(found.inventory.says, hits.text)
    return found.counted & (found.systems["function"].isin(codes).to_numpy() | says_so)


def _field(found: SystemMap, code: str, label: str, part: pd.DataFrame) -> tuple:
    cost = found.state.systems["annual_cost"].to_numpy()[part.index]
    functions = tuple(label for label in dict.fromkeys(part["function_label"]) if label)
    return (
        code, label, "fragmentation", tuple(part["system_id"]), tuple(part["system"]), functions,
        owning(part["owner_department"]),
        float(np.nansum(cost)) if np.isfinite(cost).any() else np.nan,
    )  # fmt: skip


class _Members:
    """Members by row, each made once."""

    def __init__(self, found: SystemMap) -> None:
        self._found = found
        self._known: dict[int, Member] = {}
        self.departments = frozenset(owning(found.state.departments()))
        self._columns = {c: found.state.systems[c].to_numpy(dtype=object) for c in _NEEDED}

    def __call__(self, row: int) -> Member:
        if row not in self._known:
            self._known[row] = self._make(row)
        return self._known[row]

    def _make(self, row: int) -> Member:
        at = {c: values[row] for c, values in self._columns.items()}
        members = self._found.members
        functions = members.indices[members.indptr[row] : members.indptr[row + 1]]
        return Member(
            row=row,
            owner=_word(at["owner_department"]),
            users=frozenset(_several(at["user_departments"])),
            data=frozenset(fold(d) for d in _several(at["data_held"])),
            businesses=frozenset(fold(b) for b in _several(at["businesses_supported"])),
            functions=frozenset(functions.tolist()),
            cost=float(at["annual_cost"]),
            contract_to=_word(at["contract_to"]),
            zone=_word(at["network_zone"]),
            standard=read_statement(at["standardized_business"]),
            bureau=_word(at["bureau"]),
            personal=_word(at["personal_information"]),
            count=float(at["users"]),
            served=served(
                _word(at["system"]),
                _word(at["owner_department"]),
                _several(at["user_departments"]),
                _several(at["data_held"]),
                (_word(at["bureau"]), _word(at["purpose"]), *_several(at["businesses_supported"])),
            ),
        )


_NEEDED = (
    "system", "purpose", "owner_department", "user_departments", "data_held", "businesses_supported", "annual_cost",
    "contract_to", "network_zone", "standardized_business", "bureau", "personal_information", "users",
)  # fmt: skip


def _column(found: SystemMap, name: str) -> np.ndarray:
    """A column of the list of systems as objects, made once: there may be thousands of groups."""
    frame = found.systems if name in found.systems else found.state.systems
    return found._once(f"column {name}", lambda: frame[name].to_numpy(dtype=object))


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _several(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str) and v) if isinstance(value, (tuple, list)) else ()


def _line(
    found: SystemMap, group: str, kind: str, rows: np.ndarray, confidence: np.ndarray, members: _Members, lang: str
) -> tuple:
    inside = [members(int(r)) for r in rows]
    costs = np.array([m.cost for m in inside])
    known = np.isfinite(costs)
    total = float(costs[known].sum()) if known.any() else np.nan
    sure = float(np.median(confidence))
    bands = load("overlaps")["bands"]
    band = "candidate" if sure >= bands["candidate"] else "review" if sure >= bands["review"] else "hidden"
    keeper, share = absorber(inside)
    low, middle, high = savings(costs, found.state.settings.realisation_rate, keeper)
    related = relation([m.served for m in inside], kind, lang)
    ids = found.inventory.ids
    departments = owning(m.owner for m in inside)
    users = dict.fromkeys(d for m in inside for d in sorted(m.users & members.departments))
    status, decision = _status(found, rows)
    return (
        group, kind, _label(found, group, kind, rows, lang), related.kind, band, round(sure, 3),
        tuple(ids[rows]), tuple(_word(s) for s in _column(found, "system")[rows]), departments,
        tuple(d for d in users if d not in departments), _evidence(found, kind, rows, lang) + related.why,
        ids[inside[keeper].row] if keeper >= 0 else "", share,
        total, int(known.sum()), low, middle, high, "", tuple(reasons_apart(found, inside, keeper, lang)),
        window(inside), status, decision,
    )  # fmt: skip


def savings(costs: np.ndarray, realisation_rate: float, stays: int = -1) -> tuple[float, float, float]:
    """Low, middle, high saving per year of one group, in the unit of ``costs``; NaN where fewer than two are known.

    One system stays, the others go: P = Σ cost − its cost. middle = P × realisation rate, low = half of it, high = P.
    It is the one that absorbs the others (its place ``stays``), the dearest where there is none (−1).
    """
    known = costs[np.isfinite(costs)]
    if len(known) < 2:
        return np.nan, np.nan, np.nan
    potential = float(known.sum() - (costs[stays] if stays >= 0 else known.max()))
    middle = potential * realisation_rate
    return middle * load("overlaps")["saving"]["low"], middle, potential


def containment(one: Member, other: Member) -> float:
    """Share of what ``other`` does, holds and serves that ``one`` does, holds and serves too; NaN for nothing."""
    return len(one.things & other.things) / len(other.things) if other.things else np.nan


def absorber(inside: list[Member]) -> tuple[int, float]:
    """Which member can absorb the others, and the mean share of them that it covers; −1 where none covers half.

    Containment is measured in both directions: a system with much of its own covers a small one, not the reverse. Of
    those that cover half the dearest is taken, so that the saving, for which it stays, is not drawn too large; of
    equal cost the one that covers most, then with more users, then with the later contract. Where costs are known, a
    system without one is not taken: nobody could say what its staying leaves.
    """
    if len(inside) > 60:
        # Everyone against everyone is for groups people talk about; in the pool of a prefecture nobody absorbs all.
        return -1, np.nan
    least = load("overlaps")["apart"]["absorb_from"]
    known = any(np.isfinite(m.cost) for m in inside)
    best, place, share = (), -1, np.nan
    for i, one in enumerate(inside):
        shares = [containment(one, other) for j, other in enumerate(inside) if j != i]
        mean = float(np.mean([0.0 if np.isnan(s) else s for s in shares]))
        users = 0.0 if np.isnan(one.count) else one.count
        if mean < least or (known and not np.isfinite(one.cost)):
            continue
        cost = one.cost if known else 0.0
        rank = (cost, round(mean, 6), len(one.users), users, len(one.things), one.contract_to)
        if rank > best:
            best, place, share = rank, i, mean
    return place, round(share, 3)


def reasons_apart(found: SystemMap, inside: list[Member], keeper: int, lang: str) -> list[str]:
    """Sentences that say why these systems should perhaps not become one; empty where nothing speaks against it."""
    rule = load("overlaps")["apart"]
    reasons: list[str] = []
    standards = sorted({s for m in inside for s in [_standard(found, m, lang)] if s})
    if standards:
        reasons.append(text("systems.apart.standard", lang, business="・".join(standards)))
    zones = sorted({m.zone for m in inside if m.zone})
    if len(zones) > 1:
        names = [code_label("systems", "network_zone", z, lang) for z in zones]
        reasons.append(text("systems.apart.zone", lang, zones="・".join(names)))
    bodies = {b: [m for m in inside if b in m.bureau or b in m.owner] for b in rule["bodies"]}
    named = [b for b, held in bodies.items() if held and len(held) < len(inside)]
    if named:
        reasons.append(text("systems.apart.body", lang, bodies="・".join(named)))
    personal = {m.personal for m in inside if m.personal}
    if "specific" in personal and len(personal) > 1:
        reasons.append(text("systems.apart.personal", lang))
    ends = sorted(m.contract_to for m in inside if len(m.contract_to) >= 7 and m.contract_to[:4].isdigit())
    if len(ends) > 1 and _months(ends[0], ends[-1]) > rule["contract_months"]:
        reasons.append(text("systems.apart.contract", lang, until=ends[-1][:7], first=ends[0][:7]))
    counts = np.array([m.count for m in inside])
    if keeper >= 0 and np.isfinite(counts[keeper]) and counts[keeper] > 0:
        times = float(np.nansum(counts) / counts[keeper])
        if times > rule["capacity_times"]:
            reasons.append(text("systems.apart.capacity", lang, times=f"{times:.1f}"))
    return reasons


def _standard(found: SystemMap, member: Member, lang: str) -> str:
    """The standardised business of a system: what the list states, else that of its function; "" for none."""
    stated = member.standard
    if stated.standard is False or stated.business:
        return stated.business
    codes = found.taxonomy.codes
    of_function = next((s for f in sorted(member.functions) if (s := found.taxonomy[codes[f]].standard)), "")
    return of_function or (text("systems.apart.unnamed", lang) if stated.standard else "")


def _months(first: str, last: str) -> int:
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7])


def window(inside: list[Member]) -> str:
    """First and last end of contract in the group, ``2026-03～2028-03``; ``""`` where none is known."""
    ends = sorted(m.contract_to for m in inside if m.contract_to)
    if not ends:
        return ""
    return ends[0] if ends[0] == ends[-1] else f"{ends[0]}～{ends[-1]}"


def _label(found: SystemMap, group: str, kind: str, rows: np.ndarray, lang: str) -> str:
    if kind == "same_function":
        return found.taxonomy[group].label[lang]
    names = [_word(s) for s in _column(found, "system")[rows]]
    return min(filter(None, names), key=len, default=group)


def _evidence(found: SystemMap, kind: str, rows: np.ndarray, lang: str) -> str:
    if kind == "same_function":
        words = [w for w in dict.fromkeys(_column(found, "words")[rows]) if w]
        return text("systems.evidence.words", lang, words="、".join(words[:5]), count=len(rows))
    vendors = _column(found, "vendor_key")[rows]
    functions = _column(found, "function")[rows]
    named = {v for v in vendors if v}
    alike = _called_alike(found, rows)
    packages = _column(found, "package")[rows]
    name = "name_or_package" if any(map(_word, packages)) else "name"
    agree = {
        name: alike == 1,
        "vendor": len(named) == 1 and all(vendors),
        "function": len(set(functions)) == 1 and bool(functions[0]),
    }
    but = {
        "name_differs": alike == len(rows),
        "name_partly": 1 < alike < len(rows),
        "no_vendor": not named,
        "some_vendor": len(named) == 1 and not all(vendors),
        "several_vendors": len(named) > 1,
    }
    if not any(agree.values()):
        merged = set(found.reviews.pairs("merge")) & set(combinations(sorted(rows.tolist()), 2))
        return text(f"systems.evidence.product_{'decided' if merged else 'partly'}", lang, count=len(rows))

    def said(parts: dict[str, bool]) -> str:
        return text("systems.evidence.and", lang).join(
            text(f"systems.evidence.{p}", lang) for p, holds in parts.items() if holds
        )

    but = text("systems.evidence.but", lang, but=said(but)) if any(but.values()) else ""
    return text("systems.evidence.product", lang, count=len(rows), what=said(agree), but=but)


def _called_alike(found: SystemMap, rows: np.ndarray) -> int:
    """Into how many sets the rows of one product fall whose names (or packages) agree: 1 where all do."""
    least = load("overlaps")["evidence"]["names_agree"]

    def compute() -> tuple[np.ndarray, np.ndarray]:
        products = found.products
        pairs = products.pairs[products.pairs["likeness"] >= least]
        one, other = pairs["core_a"].to_numpy(), pairs["core_b"].to_numpy()
        inside = products.product[one] == products.product[other]
        size = (len(products.product),) * 2
        graph = sparse.csr_matrix((np.ones(inside.sum()), (one[inside], other[inside])), shape=size)
        return connected_components(graph, directed=False)[1], products.own["likeness"].to_numpy() >= least

    name, own = found._once("names that agree", compute)
    cores = found.core[rows]
    # Rows of one core have one name, but for cores whose names say nothing.
    return len(set(name[cores].tolist())) + int(np.sum(~own[cores])) - len(set(cores[~own[cores]].tolist()))


def _status(found: SystemMap, rows: np.ndarray) -> tuple[str, str]:
    """``accepted`` where people confirmed a pair of the group, else ``open``; and who, when, why."""
    reviews = found.reviews
    if not reviews.verdicts:
        return "open", ""
    accepted = set(reviews.pairs("accept", "merge"))
    if not accepted & set(combinations(sorted(int(r) for r in rows), 2)):
        return "open", ""
    ids = set(found.inventory.ids[rows])
    notes = [n for n in reviews.notes.itertuples() if n.verdict in ("accept", "merge") and set(n.systems) <= ids]
    return "accepted", " / ".join(f"{n.at[:10]} {n.who}: {n.why}" for n in notes)
