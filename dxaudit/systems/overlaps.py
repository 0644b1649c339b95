"""Groups of systems a city can talk about: relation, who absorbs whom, cost, saving, reasons against, when, with whom.

Relations in the words of audit (GAO, *Fragmentation, Overlap, and Duplication: An Evaluation and Management Guide*,
GAO-15-49SP): duplication and overlap (`dxaudit.systems.audience`), fragmentation (one field, several functions and
owners).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.systems.audience import Served, relation, served
from dxaudit.systems.names import fold, fold_all
from dxaudit.systems.standard import Statement, read_statement
from dxaudit.systems.terms import TermIndex
from dxaudit.vocabulary import code_label, load, text

if TYPE_CHECKING:
    from dxaudit.systems.functions import Function
    from dxaudit.systems.systemmap import SystemMap

OVERLAP_COLUMNS = (
    "group", "kind", "label", "relation", "band", "confidence", "systems", "names", "departments", "evidence",
    "absorbs", "absorb_share", "cost", "cost_known", "saving_low", "saving_middle", "saving_high", "keep_apart",
    "window", "status", "decision",
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

    @property
    def things(self) -> frozenset[tuple[str, object]]:
        """All that a system that takes over this one must be able to do."""
        return frozenset(
            {("f", f) for f in self.functions} | {("d", d) for d in self.data} | {("b", b) for b in self.businesses}
        )


def overlap_groups(found: SystemMap, lang: str = "ja") -> pd.DataFrame:
    """All groups of two systems and more, surest and dearest first; columns `OVERLAP_COLUMNS`."""
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
    return frame.loc[order.index].reset_index(drop=True)


def fragmented_fields(found: SystemMap, lang: str = "ja") -> pd.DataFrame:
    """Platforms that several departments could share, then fields that they serve with several systems.

    A field is an area of the taxonomy with two departments, two functions and three systems or more. A platform
    (``carries`` in ``functions.toml``, under its function's code) stands there with the systems of its function, of
    functions that it can carry, and those whose name says that they run on one, if two departments own them.
    """
    systems = found.systems
    lines = []
    for function in found.taxonomy.functions:
        part = systems[_carried(found, function)] if function.carries else systems[:0]
        if part["owner_department"].nunique() > 1:
            lines.append(_field(found, function.code, function.carries[lang], part))
    for area, part in systems[systems["area"] != ""].groupby("area", sort=False):
        owners = tuple(dict.fromkeys(part["owner_department"].dropna()))
        functions = tuple(dict.fromkeys(part["function_label"]))
        if len(owners) < 2 or len(functions) < 2 or len(part) < 3:
            continue
        lines.append(_field(found, area, part["area_label"].iloc[0], part))
    return pd.DataFrame(lines, columns=list(FIELD_COLUMNS))


def _carried(found: SystemMap, platform: Function) -> np.ndarray:
    """Which systems a platform might carry: by their function, or by a word of the platform in name or package."""
    known = found.taxonomy
    codes = [f.code for f in known.functions if f is platform or f.carried_by == platform.code]
    # Pro and Online are products only behind another word.
    words = sorted(known.words_of(platform.code) - frozenset(fold_all(load("names")["generic"]["options"])))
    hits = TermIndex(words, [True] * len(words), [True] * len(words)).find(found.inventory.texts["name"])
    says_so = np.isin(found.inventory.says, hits.text)
    return found.systems["function"].isin(codes).to_numpy() | says_so


def _field(found: SystemMap, code: str, label: str, part: pd.DataFrame) -> tuple:
    cost = found.state.systems["annual_cost"].to_numpy()[part.index]
    functions = tuple(label for label in dict.fromkeys(part["function_label"]) if label)
    return (
        code, label, "fragmentation", tuple(part["system_id"]), tuple(part["system"]), functions,
        tuple(dict.fromkeys(part["owner_department"].dropna())),
        float(np.nansum(cost)) if np.isfinite(cost).any() else np.nan,
    )  # fmt: skip


class _Members:
    """Members by row, each made once."""

    def __init__(self, found: SystemMap) -> None:
        self._found = found
        self._known: dict[int, Member] = {}
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
    low, middle, high = savings(costs, found.state.settings.realisation_rate)
    sure = float(np.median(confidence))
    bands = load("overlaps")["bands"]
    band = "candidate" if sure >= bands["candidate"] else "review" if sure >= bands["review"] else "hidden"
    keeper, share = absorber(inside)
    related = relation([m.served for m in inside], kind, lang)
    ids = found.inventory.ids
    departments = tuple(dict.fromkeys(d for m in inside for d in (m.owner, *sorted(m.users)) if d))
    status, decision = _status(found, rows)
    return (
        group, kind, _label(found, group, kind, rows, lang), related.kind, band, round(sure, 3),
        tuple(ids[rows]), tuple(_word(s) for s in found.systems["system"].to_numpy(dtype=object)[rows]), departments,
        _evidence(found, kind, rows, lang) + related.why, ids[inside[keeper].row] if keeper >= 0 else "", share,
        total, int(known.sum()), low, middle, high, tuple(reasons_apart(found, inside, keeper, lang)),
        window(inside), status, decision,
    )  # fmt: skip


def savings(costs: np.ndarray, realisation_rate: float) -> tuple[float, float, float]:
    """Low, middle, high saving per year of one group, in the unit of ``costs``; NaN where fewer than two are known.

    The dearest system stays, the others go: P = Σ cost − max cost. middle = P × realisation rate, low = half of it,
    high = P.
    """
    known = costs[np.isfinite(costs)]
    if len(known) < 2:
        return np.nan, np.nan, np.nan
    potential = float(known.sum() - known.max())
    middle = potential * realisation_rate
    return middle * load("overlaps")["saving"]["low"], middle, potential


def containment(one: Member, other: Member) -> float:
    """Share of what ``other`` does, holds and serves that ``one`` does, holds and serves too; NaN for nothing."""
    return len(one.things & other.things) / len(other.things) if other.things else np.nan


def absorber(inside: list[Member]) -> tuple[int, float]:
    """Which member covers the others best, and the mean share it covers; −1 where none covers half.

    Containment is measured in both directions: a system with much of its own covers a small one, not the reverse.
    Among equals the one with more departments, then more users, then the later contract.
    """
    if len(inside) > 60:
        # Everyone against everyone is for groups people talk about; in the pool of a prefecture nobody absorbs all.
        return -1, np.nan
    best, place = (-1.0,), -1
    for i, one in enumerate(inside):
        shares = [containment(one, other) for j, other in enumerate(inside) if j != i]
        mean = float(np.mean([0.0 if np.isnan(s) else s for s in shares]))
        users = 0.0 if np.isnan(one.count) else one.count
        rank = (round(mean, 6), len(one.users), users, len(one.things), one.contract_to)
        if rank > best:
            best, place = rank, i
    if best[0] < load("overlaps")["apart"]["absorb_from"]:
        return -1, np.nan
    return place, round(float(best[0]), 3)


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
    names = [_word(s) for s in found.systems["system"].to_numpy(dtype=object)[rows]]
    return min(filter(None, names), key=len, default=group)


def _evidence(found: SystemMap, kind: str, rows: np.ndarray, lang: str) -> str:
    if kind == "same_function":
        words = [w for w in dict.fromkeys(found.systems["words"].to_numpy(dtype=object)[rows]) if w]
        return text("systems.evidence.function", lang, words="、".join(words[:5]), count=len(rows))
    vendors = {v for v in found.systems["vendor_key"].to_numpy(dtype=object)[rows] if v}
    key = "one_vendor" if len(vendors) == 1 else "no_vendor" if not vendors else "several_vendors"
    return text(f"systems.evidence.product_{key}", lang, count=len(rows))


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
