"""One municipality's settings: ``dxaudit.toml`` in its folder, or the defaults.

Whatever differs from the default is listed by `Settings.changed`, so that a report can print it.
"""

from __future__ import annotations

import copyreg
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dxaudit.errors import DxauditError

FILE_NAME = "dxaudit.toml"
PERSPECTIVES = ("business", "organization", "people", "data", "regulation")
MUNICIPALITY_TYPES = ("designated_city", "special_ward", "core_city", "city", "town", "village")


def _frozen(values: Mapping[str, Any] | tuple = ()) -> Mapping[str, Any]:
    return MappingProxyType(dict(values))


# Our values hold read-only mappings, and a state is handed from process to process; pickle knows no proxies by itself.
copyreg.pickle(MappingProxyType, lambda proxy: (_frozen, (dict(proxy),)))


@dataclass(frozen=True)
class Settings:
    """What the city decided about itself and about the analysis.

    Attributes
    ----------
    municipality, municipality_code, municipality_type, population, fiscal_year, as_of
        Who is analysed, and the day the analysis speaks of (ISO date; never taken from today's date,
        so that reports reproduce). ``fiscal_year`` is the Japanese fiscal year (April to March).
    hours_per_day, hours_per_year
        Hours of one 人日 and of one person and year.
    minimum_group
        Smallest group of respondents that is shown.
    min_coverage
        Share of rows that must carry an indicator's columns before it is scored.
    weights
        Weight of each perspective, 1 each by default.
    issues
        Changes to catalogue entries by code: ``enabled``, ``good``, ``warn``, ``alert``, ``worst``, ``weight``.
    columns
        Header mappings the analyst fixed: ``{table: {header text: canonical column, or "" for none}}``.
    left_out
        Files (``税務課.csv``) and sheets (``税務課.xlsx › 旧``) that are not counted, named as findings name them.
    departments
        Written department name → name in the organisation list.
    functions
        Own entries of the system-function taxonomy, beside the product's.
    questionnaire
        The city's own survey items: ``{item: {area, type, reverse, …}}``.
    path
        The file these were read from, or None.
    """

    municipality: str = ""
    municipality_code: str = ""
    municipality_type: str = ""
    population: int | None = None
    fiscal_year: int | None = None
    as_of: str = ""
    hours_per_day: float = 7.75
    hours_per_year: float = 1800.0
    minimum_group: int = 5
    min_coverage: float = 0.5
    realisation_rate: float = 0.4
    decisions: str = "decisions.jsonl"
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType(dict.fromkeys(PERSPECTIVES, 1.0)))
    issues: Mapping[str, Mapping[str, Any]] = field(default_factory=_frozen)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=_frozen)
    left_out: tuple[str, ...] = ()
    departments: Mapping[str, str] = field(default_factory=_frozen)
    functions: Mapping[str, Any] = field(default_factory=_frozen)
    questionnaire: Mapping[str, Any] = field(default_factory=_frozen)
    path: Path | None = None

    def changed(self) -> dict[str, Any]:
        """Settings of the analysis that differ from the default, by key (``issues.G01.warn``)."""
        default = Settings()
        found: dict[str, Any] = {}
        for key in ("hours_per_day", "hours_per_year", "minimum_group", "min_coverage", "realisation_rate"):
            if getattr(self, key) != getattr(default, key):
                found[key] = getattr(self, key)
        for name, weight in self.weights.items():
            if weight != 1.0:
                found[f"weights.{name}"] = weight
        for code, entry in self.issues.items():
            for key, value in entry.items():
                found[f"issues.{code}.{key}"] = value
        return found


def read_settings(path: Path) -> Settings:
    """Settings from a ``dxaudit.toml``.

    Raises
    ------
    DxauditError
        Naming file and key: not TOML, an unknown key, a value of the wrong kind or out of its range.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DxauditError(
            f"設定ファイルがTOMLとして読めません ({error})", where=path.name, remedy="書式を直してください"
        ) from None
    known = {f.name for f in fields(Settings)} - {"path"}
    values: dict[str, Any] = {"path": path}
    for key, value in raw.items():
        if key not in known:
            raise _wrong(path, key, f"知らない項目です (使える項目: {', '.join(sorted(known))})")
        values[key] = _checked(path, key, value)
    if "weights" in values:
        values["weights"] = MappingProxyType({**dict.fromkeys(PERSPECTIVES, 1.0), **values["weights"]})
        if sum(values["weights"].values()) <= 0:
            raise _wrong(path, "weights", "重みがすべて0です", "少なくとも一つを正の数にしてください")
    return Settings(**values)


def _wrong(path: Path, key: str, what: str, remedy: str = "値を直してください") -> DxauditError:
    return DxauditError(what, where=f"{path.name} [{key}]", remedy=remedy)


_RANGES: dict[str, tuple[float, float]] = {
    "population": (1, 20_000_000),
    "fiscal_year": (1990, 2100),
    "hours_per_day": (1, 24),
    "hours_per_year": (100, 4000),
    "minimum_group": (2, 100),
    "min_coverage": (0, 1),
    "realisation_rate": (0, 1),
}


def _checked(path: Path, key: str, value: Any) -> Any:
    if key in _RANGES:
        low, high = _RANGES[key]
        whole = key in ("population", "fiscal_year", "minimum_group")
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            raise _wrong(path, key, f"数が必要ですが {value!r} です")
        if not low <= value <= high:
            raise _wrong(path, key, f"{low:g}～{high:g} の範囲の数が必要ですが {value!r} です")
        return value
    if key in ("municipality", "municipality_code", "municipality_type", "as_of", "decisions"):
        if not isinstance(value, str):
            raise _wrong(path, key, f"文字列が必要ですが {value!r} です")
        if key == "municipality_type" and value not in MUNICIPALITY_TYPES:
            raise _wrong(path, key, f"{', '.join(MUNICIPALITY_TYPES)} のいずれかが必要ですが {value!r} です")
        return value
    if key == "left_out":
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise _wrong(path, key, f'ファイル名の並び ["…"] が必要ですが {value!r} です')
        return tuple(value)
    if not isinstance(value, Mapping):
        raise _wrong(path, key, f"表 [{key}] が必要ですが {value!r} です")
    if key == "weights":
        for name, weight in value.items():
            if name not in PERSPECTIVES:
                raise _wrong(path, f"weights.{name}", f"観点は {', '.join(PERSPECTIVES)} です")
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < float("inf"):
                raise _wrong(path, f"weights.{name}", f"0以上の数が必要ですが {weight!r} です")
        return {name: float(weight) for name, weight in value.items()}
    return MappingProxyType(dict(value))
