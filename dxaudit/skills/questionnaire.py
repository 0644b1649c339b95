"""Which questions were asked, what each measures and what people answered; the default ones or the city's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.intake.values import likert
from dxaudit.settings import Settings
from dxaudit.state import CurrentState
from dxaudit.vocabulary import load

ROLES = ("all", "leader", "manager")
_ENTRY = {"ja", "en", "short", "area", "scale", "target", "reverse", "security", "header"}
_RESERVED = ("version", "areas")


@dataclass(frozen=True)
class Item:
    """One question on a five-level scale.

    Attributes
    ----------
    code : str
        Canonical column (``q01``) or the city's own name.
    text, short : mapping of language to str
    area : str
        What it counts towards; empty where the city set it aside.
    scale : str
        ``skill`` or ``attitude``.
    target : mapping of role to level
        ``all``, ``leader``, ``manager``.
    reverse : bool
        A high answer is the poor one; turned before anything is computed.
    security : bool
        Belongs to the security and personal-data figure.
    header : str
        Header of a column outside the canonical ones that holds the answers.
    """

    code: str
    text: Mapping[str, str]
    short: Mapping[str, str]
    area: str
    scale: str = "skill"
    target: Mapping[str, float] = field(default_factory=dict)
    reverse: bool = False
    security: bool = False
    header: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """The questions of one survey, their areas and versions."""

    items: tuple[Item, ...]
    areas: Mapping[str, Mapping[str, str]]
    version: str
    scale_versions: Mapping[str, str]
    own: tuple[str, ...] = ()

    def area_label(self, area: str, lang: str = "ja") -> str:
        """What people call an area."""
        return self.areas[area][f"short_{lang}"]


def questionnaire(settings: Settings) -> Questionnaire:
    """The default questionnaire with the city's own questions laid over it (``[questionnaire]`` of its settings).

    An entry that gives its own ``ja`` text is a question of its own and inherits nothing; an entry without changes
    only what it names. ``area = ""`` sets a question aside. ``header`` names the column that holds the answers.

    Raises
    ------
    DxauditError
        An entry that cannot be used, naming it.
    """
    product = load("questionnaire")
    own = settings.questionnaire
    where = settings.path.name if settings.path else "dxaudit.toml"
    areas = dict(product["areas"])
    for name, label in own.get("areas", {}).items():
        if not isinstance(label, Mapping) or not isinstance(label.get("ja"), str):
            raise _wrong(where, f"areas.{name}", "領域の名前 ja が必要です")
        named = {"ja": label["ja"], "en": label.get("en", label["ja"])}
        areas[name] = {**named, **{f"short_{lang}": label.get(f"short_{lang}", named[lang]) for lang in named}}
    entries: dict[str, Mapping[str, Any]] = dict(product["items"])
    for code, entry in own.items():
        if code in _RESERVED:
            continue
        if not isinstance(entry, Mapping):
            raise _wrong(where, code, "設問ごとの表が必要です")
        unknown = sorted(set(entry) - _ENTRY)
        if unknown:
            raise _wrong(where, f"{code}.{unknown[0]}", f"知らない項目です (使える項目: {', '.join(sorted(_ENTRY))})")
        entries[code] = entry if "ja" in entry else {**entries.get(code, {}), **entry}
    items = tuple(_item(where, code, entry, areas) for code, entry in entries.items())
    scales = {name: scale["version"] for name, scale in product["scales"].items()}
    version = str(own.get("version", product["version"]))
    changed = tuple(code for code in own if code not in _RESERVED)
    return Questionnaire(tuple(i for i in items if i.area), areas, version, scales, changed)


def _item(where: str, code: str, entry: Mapping[str, Any], areas: Mapping[str, Any]) -> Item:
    area = entry.get("area")
    if area is None or (area and area not in areas):
        raise _wrong(where, f"{code}.area", f"領域は {', '.join(areas)} のいずれか、または空文字です")
    scale = entry.get("scale", "skill")
    if scale not in load("questionnaire")["scales"]:
        raise _wrong(where, f"{code}.scale", f"尺度は {', '.join(load('questionnaire')['scales'])} のいずれかです")
    target = entry.get("target", {})
    target = {"all": target} if isinstance(target, (int, float)) and not isinstance(target, bool) else target
    if not isinstance(target, Mapping) or any(
        role not in ROLES or isinstance(level, bool) or not isinstance(level, (int, float)) or not 1 <= level <= 5
        for role, level in target.items()
    ):
        raise _wrong(where, f"{code}.target", f"目標水準は {', '.join(ROLES)} ごとの 1～5 の数です")
    for key in ("reverse", "security"):
        if not isinstance(entry.get(key, False), bool):
            raise _wrong(where, f"{code}.{key}", "true か false が必要です")
    words = {"ja": str(entry.get("ja", code)), "en": str(entry.get("en", entry.get("ja", code)))}
    short = {**words, **entry.get("short", {})}
    return Item(
        code, words, short, area, scale, dict(target), entry.get("reverse", False), entry.get("security", False),
        str(entry.get("header", "")),
    )  # fmt: skip


def _wrong(where: str, key: str, what: str) -> DxauditError:
    return DxauditError(what, where=f"{where} [questionnaire.{key}]", remedy="設定を直してください")


def answers(state: CurrentState, survey: pd.DataFrame, asked: Questionnaire) -> pd.DataFrame:
    """What each person answered, turned where reversed: people × items, 1 to 5, NaN where not (or not usably) answered.

    Questions to which nobody answered are left out: they were not asked.
    """
    product = load("questionnaire")
    low, high = product["lowest"], product["highest"]
    found: dict[str, np.ndarray] = {}
    extras = state.extras.get("survey")
    for item in asked.items:
        if item.header and extras is not None and item.header in extras:
            given = level_of(extras[item.header].reindex(survey.index))
        elif item.code in survey:
            given = survey[item.code].to_numpy(float)
        else:
            continue
        given = np.where((given >= low) & (given <= high), given, np.nan)
        if not np.isnan(given).all():
            found[item.code] = low + high - given if item.reverse else given
    return pd.DataFrame(found, index=survey.index)


def level_of(cells: pd.Series) -> np.ndarray:
    """Levels from cells of a column that intake did not know, read as intake reads those it knows; else NaN."""
    spelling = {cell: likert(cell).value for cell in cells.dropna().unique()}
    return cells.map(spelling).to_numpy(float)
