"""Which issues are looked for, and what did this city change about them?

The catalogue is data (``vocabulary/issues.toml``); this module turns it into values and lays a city's
``dxaudit.toml`` over it, refusing what makes no sense with one line that names file and key.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from dxaudit.errors import DxauditError
from dxaudit.settings import FILE_NAME, Settings
from dxaudit.vocabulary import load

ANCHORS = ("good", "warn", "alert", "worst")
LEVELS = (0.0, 0.3, 0.6, 1.0)
"""Severity at each of `ANCHORS`."""

PRIMARY = "value"
"""Key of an entry's first criterion, the figure the register shows."""


@dataclass(frozen=True)
class Criterion:
    """One figure of an issue with the absolute anchors it is judged by.

    Attributes
    ----------
    key : str
        ``"value"`` for the figure of the register, another word for those beside it.
    label, unit
        What it is called (by language) and the unit code (``labels/issues.toml`` [unit]).
    good, warn, alert, worst : float
        Values at which severity is 0, 0.3, 0.6 and 1. They rise where more is worse and fall where less is.
    """

    key: str
    label: Mapping[str, str]
    unit: str
    good: float
    warn: float
    alert: float
    worst: float

    @property
    def anchors(self) -> tuple[float, float, float, float]:
        """The four anchors in the order of `ANCHORS`."""
        return (self.good, self.warn, self.alert, self.worst)


@dataclass(frozen=True)
class Entry:
    """One issue of the catalogue; texts by language. See the head of ``vocabulary/issues.toml``."""

    code: str
    perspective: str
    label: Mapping[str, str]
    indicator: Mapping[str, str]
    unit: str
    scopes: tuple[str, ...]
    needs: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    anchors_note: Mapping[str, str] | None
    basis: Mapping[str, str]
    basis_status: str
    cause: Mapping[str, str]
    impact: Mapping[str, str]
    remedy: Mapping[str, str]
    kpi: Mapping[str, str]
    reach: tuple[str, ...]
    weight: float = 1.0
    parameters: Mapping[str, float] = field(default_factory=dict)

    def criterion(self, key: str) -> Criterion:
        """The criterion ``key``; KeyError for any other."""
        for criterion in self.criteria:
            if criterion.key == key:
                return criterion
        raise KeyError(key)


@cache
def catalogue() -> Mapping[str, Entry]:
    """The product's entries by code, in the order of the file."""
    return MappingProxyType({code: _entry(code, raw) for code, raw in load("issues")["entries"].items()})


def _entry(code: str, raw: Mapping[str, Any]) -> Entry:
    first = Criterion(PRIMARY, raw["indicator"], raw["unit"], **raw["anchors"])
    others = [Criterion(c["key"], c["label"], c["unit"], **c["anchors"]) for c in raw.get("criteria", ())]
    return Entry(
        code=code,
        perspective=raw["perspective"],
        label=raw["label"],
        indicator=raw["indicator"],
        unit=raw["unit"],
        scopes=tuple(raw["scopes"]),
        needs=tuple(raw["needs"]),
        criteria=(first, *others),
        anchors_note=raw.get("anchors_note"),
        basis=raw["basis"],
        basis_status=raw["basis_status"],
        cause=raw["cause"],
        impact=raw["impact"],
        remedy=raw["remedy"],
        kpi=raw["kpi"],
        reach=tuple(raw["reach"]),
        weight=float(raw.get("weight", 1.0)),
        parameters=raw.get("parameters", {}),
    )


def with_settings(settings: Settings) -> Mapping[str, Entry]:
    """The entries as one city wants them: those it switched off are gone, its anchors and weights in place.

    Raises
    ------
    DxauditError
        An unknown code or key, a value that is no number, anchors out of order, a negative weight, nothing left;
        the message names file and key.
    """
    entries = dict(catalogue())
    for code, changes in settings.issues.items():
        if code not in entries:
            near = difflib.get_close_matches(str(code), entries, n=3, cutoff=0.0)
            raise _wrong(settings, f"issues.{code}", "知らない課題コードです", f"近いもの: {', '.join(near)}")
        if not isinstance(changes, Mapping):
            raise _wrong(settings, f"issues.{code}", f"表 [issues.{code}] が必要ですが {changes!r} です")
        if not _switch(settings, code, changes):
            del entries[code]
            continue
        entries[code] = _changed(settings, entries[code], changes)
    if not entries:
        raise _wrong(settings, "issues", "課題がすべて無効です", "少なくとも一つを enabled = true にしてください")
    if sum(entry.weight for entry in entries.values()) <= 0:
        raise _wrong(settings, "issues", "課題の重みがすべて0です", "少なくとも一つの weight を正の数にしてください")
    return MappingProxyType(entries)


def _switch(settings: Settings, code: str, changes: Mapping[str, Any]) -> bool:
    enabled = changes.get("enabled", True)
    if not isinstance(enabled, bool):
        raise _wrong(settings, f"issues.{code}.enabled", f"true か false が必要ですが {enabled!r} です")
    return enabled


def _changed(settings: Settings, entry: Entry, changes: Mapping[str, Any]) -> Entry:
    where = f"issues.{entry.code}"
    others = {c.key: c for c in entry.criteria[1:]}
    criteria = {PRIMARY: dict[str, float](), **{key: dict[str, float]() for key in others}}
    parameters = dict(entry.parameters)
    weight = entry.weight
    for key, value in changes.items():
        if key == "enabled":
            continue
        if key in others:
            if not isinstance(value, Mapping):
                raise _wrong(settings, f"{where}.{key}", f"表 [{where}.{key}] が必要ですが {value!r} です")
            for anchor, number in value.items():
                if anchor not in ANCHORS:
                    raise _wrong(
                        settings, f"{where}.{key}.{anchor}", "知らない項目です", f"使える項目: {', '.join(ANCHORS)}"
                    )
                criteria[key][anchor] = _number(settings, f"{where}.{key}.{anchor}", number)
        elif key in ANCHORS:
            criteria[PRIMARY][key] = _number(settings, f"{where}.{key}", value)
        elif key == "weight":
            weight = _number(settings, f"{where}.weight", value, at_least=0)
        elif key in parameters:
            parameters[key] = _number(settings, f"{where}.{key}", value, at_least=0)
        else:
            known = ("enabled", *ANCHORS, "weight", *parameters, *others)
            raise _wrong(settings, f"{where}.{key}", "知らない項目です", f"使える項目: {', '.join(known)}")
    judged = tuple(replace(c, **criteria[c.key]) for c in entry.criteria)
    for criterion in judged:
        if criteria[criterion.key] and not _in_order(criterion):
            place = where if criterion.key == PRIMARY else f"{where}.{criterion.key}"
            shown = ", ".join(f"{n}={v:g}" for n, v in zip(ANCHORS, criterion.anchors, strict=True))
            raise _wrong(
                settings, place, f"基準の順序が正しくありません ({shown})", "good から worst へ一方向に並べてください"
            )
    return replace(entry, criteria=judged, weight=weight, parameters=parameters)


def _in_order(criterion: Criterion) -> bool:
    """Whether the anchors go one way; neighbours may be equal, but not all of them."""
    a = criterion.anchors
    rising, falling = all(x <= y for x, y in pairwise(a)), all(x >= y for x, y in pairwise(a))
    return a[0] != a[3] and (rising or falling)


def _number(settings: Settings, key: str, value: Any, at_least: float | None = None) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _wrong(settings, key, f"数が必要ですが {value!r} です")
    if at_least is not None and value < at_least:
        raise _wrong(settings, key, f"{at_least:g}以上の数が必要ですが {value!r} です")
    return float(value)


def _wrong(settings: Settings, key: str, what: str, remedy: str = "値を直してください") -> DxauditError:
    name = settings.path.name if settings.path else FILE_NAME
    return DxauditError(what, where=f"{name} [{key}]", remedy=remedy)
