"""What is this city? The prose in ``city/*.toml`` as values."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

PROSE = Path(__file__).parent / "city"

KINDS = {
    "P": "届出・申請",
    "C": "証明・交付",
    "T": "賦課・支給",
    "G": "相談・訪問",
    "L": "企画・調整",
    "M": "維持管理・点検",
    "F": "施設・行事",
    "S": "統計・台帳",
    "K": "全庁共通",
}


@dataclass(frozen=True)
class Work:
    """One line of a department's work, as the prose tells it."""

    name: str
    kind: str
    law: str
    cases: float | None
    minutes: float | None
    weight: float | None
    months: tuple[int, ...]
    systems: tuple[str, ...]
    tools: tuple[str, ...]
    marks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Department:
    """One department and its character (``plan``: what is wrong with it, as the prose decided)."""

    code: str
    bureau: str
    name: str
    regular: int
    fixed_term: int
    overtime: float
    predecessor: tuple[str, ...]
    plan: dict[str, Any]
    work: tuple[Work, ...]
    full_name: str

    @property
    def headcount(self) -> int:
        return self.regular + self.fixed_term

    @property
    def answered(self) -> bool:
        return not self.plan.get("absent", False)


@dataclass(frozen=True)
class City:
    """A city to write: its names and the seed of its chances."""

    key: str
    name: str
    code: str
    population: int
    seed: str
    renamed: dict[str, str]
    style: str

    def dice(self, *place: object) -> random.Random:
        """Chance that belongs to one place, so that adding a department elsewhere changes nothing here."""
        return random.Random("/".join([self.seed, *map(str, place)]))

    def say(self, text: str) -> str:
        """Prose with the city's own names in it."""
        for old, new in self.renamed.items():
            text = text.replace(old, new)
        return text


def check_digit(five: str) -> str:
    """A municipality code's six digits: the last is (11 − (6a+5b+4c+3d+2e) mod 11) mod 10."""
    total = sum(w * int(d) for w, d in zip((6, 5, 4, 3, 2), five, strict=True))
    return five + str((11 - total % 11) % 10)


SHIONAGI = City("shionagi", "汐凪市", check_digit("22299"), 78_214, "汐凪市/2026", {}, "committed")
HOLDOUT = City(
    "holdout",
    "霞ヶ峰市",
    check_digit("20298"),
    51_870,
    "霞ヶ峰市/2026",
    {
        "汐凪": "霞ヶ峰",
        "しおなぎ": "かすみがみね",
        "汐路情報システム": "峰電算",
        "CivicHarbor": "住民Suite",
        "DocuHarbor": "文書Suite",
        "HarborHR": "人事Suite",
        "汐見": "高嶺",
        "津波": "土砂災害",
        "みなと": "やまびこ",
        "海水浴場": "キャンプ場",
        "水難": "山岳",
        "潮": "峰",
        "マリン": "ヒルズ",
        "マリン".replace("マリン", "ﾏﾘﾝ"): "ﾋﾙｽﾞ",
    },
    "holdout",
)


def months(text: str) -> tuple[int, ...]:
    """``"11-2"`` → (11, 12, 1, 2); ``"4,8"`` → (4, 8)."""
    found: list[int] = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        first, _, last = part.partition("-")
        month = int(first)
        found.append(month)
        while last and month != int(last):
            month = month % 12 + 1
            found.append(month)
    return tuple(found)


def work_line(line: str, scale: float) -> Work:
    """One line of prose."""
    cells = [c.strip() for c in line.split("|")]
    cells += [""] * (7 - len(cells))
    name, kind, law, load, when, used, more = cells[:7]
    cases = minutes = weight = None
    if "~" in load:
        before, after = load.split("~")
        weight = float(after)
        cases = float(before.rstrip(":")) if before else None
    elif load:
        cases, minutes = (float(x) for x in load.split("x"))
        if cases >= 100:
            cases = float(round(cases * scale))
    tokens = [t.strip() for t in used.split(",") if t.strip()]
    marks: dict[str, str] = {}
    for token in more.split():
        key, _, value = token.partition("=")
        marks["#" if key.startswith("#") else key] = key[1:] if key.startswith("#") else value
    return Work(
        name,
        kind,
        law,
        cases,
        minutes,
        weight,
        months(when),
        tuple(t for t in tokens if t not in "EA"),
        tuple({"E": "Excel", "A": "Access"}[t] for t in tokens if t in "EA"),
        marks,
    )


@cache
def _prose() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(p.read_text("utf-8")) for p in sorted(PROSE.glob("[01]*.toml")))


def departments(city: City) -> list[Department]:
    """All departments in the order of the organisation list."""
    names = [d["name"] for b in _prose() for d in b["department"]]
    scale = city.population / SHIONAGI.population
    staff = 0.35 + 0.65 * scale
    found = []
    for bureau in _prose():
        for number, d in enumerate(bureau["department"], start=1):
            name = city.say(d["name"])
            found.append(
                Department(
                    code=f"{bureau['code']}{number:02d}",
                    bureau=city.say(bureau["bureau"]),
                    name=name,
                    regular=max(3, round(d["regular"] * staff)),
                    fixed_term=round(d["fixed_term"] * staff),
                    overtime=d["overtime"],
                    predecessor=tuple(d.get("predecessor", ())),
                    plan=d["plan"],
                    work=tuple(work_line(city.say(x), scale) for x in d["work"].strip().splitlines()),
                    full_name=f"{city.say(bureau['bureau'])} {name}" if names.count(d["name"]) > 1 else name,
                )
            )
    return found


@cache
def system_prose() -> dict[str, Any]:
    """The systems' prose."""
    return tomllib.loads((PROSE / "systems.toml").read_text("utf-8"))
