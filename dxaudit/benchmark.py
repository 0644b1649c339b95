"""How does one municipality stand against the country, and against municipalities of its own choice?

National figures are data (``vocabulary/benchmark.toml``), each with edition, denominator and source. Two things are
kept apart throughout: whether something is *available* online, and whether it is *used* online. Figures of different
editions are never set side by side unless that is said.
"""

from __future__ import annotations

import csv
import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import load, text

KINDS = ("adoption", "available", "used", "level", "cost", "single")
COLUMNS = (
    "kind", "key", "indicator", "group", "value", "low", "middle", "high", "of", "unit", "edition", "year", "source",
    "status",
)  # fmt: skip
EDITION = "dashboard_fy2023"


def flat(text_: object) -> str:
    """A name folded to NFKC, lower case, without spaces and middle dots; a key, never shown."""
    if not isinstance(text_, str):
        return ""
    return re.sub(r"[\s・]", "", unicodedata.normalize("NFKC", text_).lower())


# ---------------------------------------------------------------- procedures


@cache
def _procedures() -> tuple[tuple[str, tuple[re.Pattern[str], ...], re.Pattern[str] | None], ...]:
    found = []
    for key, raw in load("procedures").items():
        ruled_out = re.compile(raw["not"]) if "not" in raw else None
        found.append((key, tuple(re.compile(words) for words in raw["match"]), ruled_out))
    return tuple(found)


@cache
def _official_names() -> dict[str, str]:
    return {flat(raw["name"]["ja"]): key for key, raw in load("procedures").items()}


@cache
def procedure_of(business: object) -> str | None:
    """Which nationally surveyed procedure a business is, by its name; None where none fits.

    Examples
    --------
    >>> procedure_of("図書館資料の貸出・予約受付"), procedure_of("人事評価")
    ('library_reservation', None)
    """
    name = flat(business)
    if not name:
        return None
    if name in _official_names():
        return _official_names()[name]
    for key, patterns, ruled_out in _procedures():
        if any(p.search(name) for p in patterns) and not (ruled_out and ruled_out.search(name)):
            return key
    return None


@cache
def quartiles(procedure: str, municipality_type: str = "all") -> tuple[float, float, float] | None:
    """National quartiles (%) of the online application rate of a procedure: first, median, third.

    None where fewer municipalities reported than ``smallest_group``, or none did.
    """
    national = load("benchmark")
    raw = national["used"].get(procedure)
    if raw is None:
        return None
    at = national["types"].index(municipality_type)
    if raw["of"][at] < national["smallest_group"]:
        return None
    return float(raw["low"][at]), float(raw["middle"][at]), float(raw["high"][at])


# ---------------------------------------------------------------- national figures


def national(municipality_type: str = "all", lang: str = "ja") -> pd.DataFrame:
    """Every national figure for one municipality type, with its quartiles, denominator, time and source.

    Parameters
    ----------
    municipality_type : str
        One of ``benchmark.toml`` types (``all``, ``designated_city``, … ``village``).

    Returns
    -------
    DataFrame
        `COLUMNS`. ``kind`` is one of `KINDS`; ``value`` a share (%) of municipalities for ``adoption``, a mean (%) for
        ``available`` and ``used``, yen per head for ``cost``; ``of`` how many municipalities it rests on. Quartiles
        over fewer than ``smallest_group`` municipalities are NaN.

    Raises
    ------
    DxauditError
        No such type.
    """
    raw = load("benchmark")
    if municipality_type not in raw["types"]:
        raise DxauditError(f"区分 {municipality_type!r} はありません", remedy=f"{', '.join(raw['types'])} のいずれか")
    at = raw["types"].index(municipality_type)
    group = raw["type_label"][municipality_type][lang]
    edition = raw["editions"][EDITION]
    shared = {"group": group, "edition": EDITION, "source": edition["source"][lang], "status": edition["status"]}
    lines = []
    for key, entry in raw["adoption"].items():
        value = 100.0 * entry["yes"][at] / entry["of"][at]
        lines.append(
            {**shared, "kind": "adoption", "key": key, "indicator": entry["label"][lang], "value": value,
             "of": entry["of"][at], "unit": "percent", "year": edition["year"][lang]}
        )  # fmt: skip
    for key, entry in raw["level"].items():
        kind = "available" if key.startswith("available") else "level"
        lines.append(
            {**shared, "kind": kind, "key": key, "indicator": entry["label"][lang], "value": entry["mean"][at],
             **_quartile_cells(entry, at), "of": entry["of"][at], "unit": "percent", "year": edition["year"][lang]}
        )  # fmt: skip
    for key, entry in raw["used"].items():
        if entry["of"][at] <= 0:
            continue
        lines.append(
            {**shared, "kind": "used", "key": key, "indicator": load("procedures")[key]["name"][lang],
             "value": entry["mean"][at], **_quartile_cells(entry, at), "of": entry["of"][at], "unit": "percent",
             "year": edition["usage_year"][lang]}
        )  # fmt: skip
    lines += _cost_and_single(lang)
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _quartile_cells(entry: Mapping, at: int) -> dict[str, float]:
    enough = entry["of"][at] >= load("benchmark")["smallest_group"]
    return {name: float(entry[name][at]) if enough else math.nan for name in ("low", "middle", "high")}


def _cost_and_single(lang: str) -> list[dict]:
    raw = load("benchmark")
    cost = raw["cost_per_head"]
    lines = [
        {"kind": "cost", "key": "cost_per_head", "indicator": cost["label"][lang],
         "group": raw["type_label"]["all"][lang], "value": cost["mean"] / 1000, "unit": "thousand_yen_per_head",
         "edition": "budget_fy2017", "year": cost["year"][lang], "source": cost["source"][lang],
         "status": cost["status"]}
    ]  # fmt: skip
    for key, entry in raw["single"].items():
        lines.append(
            {"kind": "single", "key": key, "indicator": entry["label"][lang], "group": entry["group"][lang],
             "value": entry["value"], "unit": entry["unit"], "edition": key, "year": entry["year"][lang],
             "source": entry["source"][lang], "status": entry["status"]}
        )  # fmt: skip
    return lines


# ---------------------------------------------------------------- the Digital Agency's own export


@dataclass(frozen=True)
class Dashboard:
    """An export of the Digital Agency's dashboard: municipalities × indicators.

    Attributes
    ----------
    frame : DataFrame
        One row per municipality in the order of the file: ``code``, ``prefecture``, ``name``, ``type`` ("" where the
        export does not say), then one column per indicator key: 1 and 0 for yes and no, shares in %, counts as numbers;
        NaN where not surveyed or not reported.
    kinds : mapping
        Kind of each indicator (`KINDS`).
    edition : str
        ``dashboard_fy2023`` where the export's totals are those of that survey, else a name made of the file's.
    path : Path
    """

    frame: pd.DataFrame
    kinds: Mapping[str, str]
    edition: str
    path: Path

    def find(self, name: str) -> int:
        """The row of a municipality by name, ``prefecture + name`` or 団体コード (a lost leading zero is found, too).

        Raises
        ------
        DxauditError
            None, or several of that name.
        """
        wanted = flat(name)
        codes = self.frame["code"]
        if wanted.isdigit():
            rows = self.frame.index[(codes == wanted.zfill(6)) | (codes.str[:5] == wanted.zfill(5))]
        else:
            names = self.frame["name"].map(flat)
            both = self.frame["prefecture"].map(flat) + names
            rows = self.frame.index[(names == wanted) | (both == wanted)]
        if len(rows) == 1:
            return int(rows[0])
        if len(rows) > 1:
            raise self._several(name, rows)
        near = difflib.get_close_matches(name, list(self.frame["name"].unique()), n=3, cutoff=0.3)
        remedy = text("benchmark.error.unknown_remedy", near="、".join(near)) if near else None
        raise DxauditError(text("benchmark.error.unknown", name=name), where=self.path.name, remedy=remedy)

    def _several(self, name: str, rows: Iterable[int]) -> DxauditError:
        first = self.frame.loc[next(iter(rows))]
        if first["code"]:
            example = f"{first['code']}、{first['prefecture']}{first['name']}"
        else:
            # Names alone: the neighbours in the file tell which is which.
            example = "、".join(f"{name}#{r}({self._beside(r)})" for r in rows)
        return DxauditError(
            text("benchmark.error.several", name=name, count=len(list(rows))), where=self.path.name,
            remedy=text("benchmark.error.several_remedy", example=example),
        )  # fmt: skip

    def _beside(self, row: int) -> str:
        names = self.frame["name"]
        return "・".join(names.iloc[r] for r in (row - 1, row + 1) if 0 <= r < len(names))

    def row(self, name: str) -> int:
        """`find`, and ``名称#行`` where the export has names alone."""
        short, _, number = name.partition("#")
        if number.isdigit() and int(number) in self.frame.index and self.frame.loc[int(number), "name"] == short:
            return int(number)
        return self.find(name)


def read_dashboard(path: Path | str) -> Dashboard:
    """Read the dashboard's export: municipalities as columns (as published), or one row per municipality.

    Raises
    ------
    DxauditError
        The file cannot be read, or is no such export.
    """
    path = Path(path)
    rows = _csv_rows(path)
    labels = _labels()
    turned = sum(len(r) > 1 and flat(r[1]) in labels for r in rows) >= 3
    frame = _from_columns(rows, labels) if turned else _from_rows(rows, labels, path)
    kinds = {key: kind for key, kind in labels.values() if key in frame}
    return Dashboard(frame, kinds, _edition(frame, path), path)


def _csv_rows(path: Path) -> list[list[str]]:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            with path.open(encoding=encoding, newline="") as source:
                return [row for row in csv.reader(source) if any(row)]
        except UnicodeDecodeError:
            continue
        except (OSError, csv.Error) as error:
            raise DxauditError(f"読めません ({error})", where=path.name) from None
    raise _no_dashboard(path)


def _no_dashboard(path: Path) -> DxauditError:
    return DxauditError(
        text("benchmark.error.no_header"), where=path.name, remedy=text("benchmark.error.no_header_remedy")
    )


@cache
def _labels() -> dict[str, tuple[str, str]]:
    """How the export heads its indicators → (key, kind)."""
    raw = load("benchmark")
    found = {flat(e["label"]["ja"]): (key, "adoption") for key, e in raw["adoption"].items()}
    # Our own words for the two shares of procedures say more than the export's headings do.
    heads = {
        "available_childcare_care": "子育て・介護26手続のオンライン化状況",
        "available_frequent": "よく使う32手続のオンライン化状況",
        "mynumber_card": "マイナンバーカードの保有状況",
    }
    found |= {flat(h): (k, "available" if k.startswith("available") else "level") for k, h in heads.items()}
    found[flat(raw["dashboard"]["procedures_run"])] = ("procedures_run", "level")
    found[flat(raw["dashboard"]["procedures_online"])] = ("procedures_online", "available")
    prefix = raw["dashboard"]["used_prefix"]
    for key, entry in load("procedures").items():
        found[flat(prefix + entry["name"]["ja"])] = (key, "used")
    return found


def _from_columns(rows: list[list[str]], labels: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    head = next(r for r in rows if sum(bool(c.strip()) for c in r[2:]) > 1)
    at = [i for i, name in enumerate(head) if i >= 2 and name.strip()]
    found: dict[str, list] = {"code": [""] * len(at), "prefecture": [""] * len(at)}
    found["name"] = [head[i].strip() for i in at]
    found["type"] = [""] * len(at)
    for row in rows:
        if len(row) > 1 and flat(row[1]) in labels:
            found[labels[flat(row[1])][0]] = [_value(row[i]) if i < len(row) else math.nan for i in at]
    return pd.DataFrame(found)


def _from_rows(rows: list[list[str]], labels: Mapping[str, tuple[str, str]], path: Path) -> pd.DataFrame:
    words = {
        "団体コード": "code",
        "都道府県": "prefecture",
        "都道府県名": "prefecture",
        "団体名": "name",
        "市区町村名": "name",
        "区分": "type",
    }
    head = next((r for r in rows if any(flat(c) in labels for c in r) and any(c.strip() in words for c in r)), None)
    if head is None:
        raise _no_dashboard(path)
    columns = {}
    for i, name in enumerate(head):
        if name.strip() in words:
            columns.setdefault(words[name.strip()], i)
        elif flat(name) in labels:
            columns.setdefault(labels[flat(name)][0], i)
    if "name" not in columns:
        raise _no_dashboard(path)
    body = rows[rows.index(head) + 1 :]
    types = {entry["ja"]: key for key, entry in load("benchmark")["type_label"].items()}
    found: dict[str, list] = {}
    for key in ("code", "prefecture", "name", "type"):
        cells = [r[columns[key]].strip() if key in columns and columns[key] < len(r) else "" for r in body]
        found[key] = [c.zfill(6) if key == "code" and c else types.get(c, c) if key == "type" else c for c in cells]
    for key, i in columns.items():
        if key not in found:
            found[key] = [_value(r[i]) if i < len(r) else math.nan for r in body]
    return pd.DataFrame(found)


def _value(cell: str) -> float:
    """One cell of the export: yes 1, no 0, ``72%`` 72, a count; NaN for everything else."""
    words = load("benchmark")["dashboard"]
    said = unicodedata.normalize("NFKC", cell).strip()
    if said in words["yes"]:
        return 1.0
    if said in words["no"]:
        return 0.0
    number = said.removesuffix("%").replace(",", "")
    try:
        return float(number) if number else math.nan
    except ValueError:
        return math.nan


def _edition(frame: pd.DataFrame, path: Path) -> str:
    """The known edition whose totals the export has, else one named after the file."""
    known = load("benchmark")["adoption"]
    same = [
        key in frame
        and int(np.nansum(frame[key])) == entry["yes"][0]
        and int(frame[key].notna().sum()) == entry["of"][0]
        for key, entry in known.items()
    ]
    return EDITION if all(same) else f"file:{path.name}"


def same_edition(one: str, other: str) -> None:
    """Refuse to set figures of two editions side by side.

    Raises
    ------
    DxauditError
        The editions differ.
    """
    if one != other:
        raise DxauditError(
            text("benchmark.error.editions", one=one, other=other), remedy=text("benchmark.error.editions_remedy")
        )


def peers(
    dashboard: Dashboard, own: str, others: Iterable[str], kind: str | None = None, lang: str = "ja"
) -> pd.DataFrame:
    """One municipality and others of its choice, indicator by indicator, all from one edition.

    Parameters
    ----------
    own, others : str
        Names, prefecture and name, or codes.
    kind : str, optional
        One of `KINDS`; all where None. "available" and "used" never stand in one kind.

    Returns
    -------
    DataFrame
        kind, key, indicator, municipality, is_own, value, edition; a line for every indicator and municipality,
        NaN where it was not surveyed or not reported.
    """
    chosen = [(dashboard.row(own), True), *((dashboard.row(name), False) for name in others)]
    titles = {**{k: e["label"][lang] for part in ("adoption", "level") for k, e in load("benchmark")[part].items()}}
    titles |= {k: e["name"][lang] for k, e in load("procedures").items()}
    lines = []
    for key, of_kind in dashboard.kinds.items():
        if key in ("procedures_run", "procedures_online") or (kind is not None and of_kind != kind):
            continue
        scale = 100.0 if of_kind == "adoption" else 1.0
        for row, is_own in chosen:
            place = dashboard.frame.loc[row]
            name = (
                place["name"]
                if sum(dashboard.frame["name"] == place["name"]) == 1
                else place["prefecture"] + place["name"]
            )
            lines.append((of_kind, key, titles[key], name, is_own, scale * place[key], dashboard.edition))
    return pd.DataFrame(lines, columns=["kind", "key", "indicator", "municipality", "is_own", "value", "edition"])
