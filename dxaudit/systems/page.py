"""The system map as one interactive page: a file that opens without a network and asks none.

Systems stand in the boxes of their fields; choosing one lights up what it touches and says who depends on it. Data
goes in as JSON that no cell can break out of, and is shown as text only.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.systems.exchange import write_archimate, write_gexf, write_graphml
from dxaudit.systems.graph import REKEYED
from dxaudit.vocabulary import load, text
from dxaudit.writing import write_text

if TYPE_CHECKING:
    from dxaudit.systems.systemmap import SystemMap

_FORMATS = {".graphml": write_graphml, ".gexf": write_gexf, ".xml": write_archimate}
_WORDS = (
    "title", "search", "department", "all", "owner", "users", "businesses", "data", "sends", "receives", "links",
    "alike", "radius", "perhaps", "choose", "systems", "rekeyed", "open",
)  # fmt: skip


def write_page(systems: SystemMap, path: Path, lang: str = "ja") -> None:
    """Write the page to ``path`` (.html)."""
    template = (files(__package__) / "page.html").read_text(encoding="utf-8")
    look = load("look")
    content = {
        "lang": lang,
        "words": {word: text(f"systems.page.{word}", lang) for word in _WORDS},
        "methods": {
            code: _method(code, lang) for code in load("tables")["systems"]["columns"]["link_method"]["values"]
        },
        "rekeyed": list(REKEYED),
        "colours": {
            **look["ink"],
            "mark": look["perspective"]["data"]["colour"],
            "warn": look["severity"]["major"]["colour"],
        },
        **_content(systems, lang),
    }
    # Inside a script element only these can end it or start a comment.
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    page = template.replace("{{lang}}", lang).replace("{{title}}", content["words"]["title"])
    write_text(path, page.replace("{{data}}", data))


def write_map(systems: SystemMap, path: Path, lang: str = "ja") -> None:
    """Write the map in the format that the suffix of ``path`` names: .html, .graphml, .gexf, .xml (ArchiMate).

    Raises
    ------
    DxauditError
        Another suffix.
    """
    suffix = path.suffix.lower()
    if suffix == ".html":
        write_page(systems, path, lang)
    elif suffix in _FORMATS:
        _FORMATS[suffix](systems.graph, path)
    else:
        raise DxauditError(
            f"地図の形式 {suffix!r} はありません",
            where=str(path),
            remedy=".html, .graphml, .gexf, .xml のいずれかにしてください",
        )


def _method(code: str, lang: str) -> str:
    return load("tables")["systems"]["columns"]["link_method"]["values"][code] if lang == "ja" else code


def _content(systems: SystemMap, lang: str) -> dict[str, list]:
    graph = systems.graph
    areas = {f.area: f.area_label[lang] for f in systems.taxonomy.functions} | {"": text("systems.page.open", lang)}
    labels = {f.code: f.label[lang] for f in systems.taxonomy.functions} | {"": ""}
    number = {node: n for n, node in enumerate(graph)}
    apart = _told_apart(systems, lang)
    nodes = [
        {
            "kind": data["kind"], "label": apart.get(node, str(data["label"])), "area": data.get("area", ""),
            "function": labels.get(data.get("function", ""), ""),
        }
        for node, data in graph.nodes(data=True)
    ]  # fmt: skip
    edges = [[number[a], number[b], data["relation"], data.get("method", "")] for a, b, data in graph.edges(data=True)]
    used = {data.get("area", "") for _, data in graph.nodes(data=True) if data["kind"] == "system"}
    return {
        "nodes": nodes,
        "edges": edges,
        "areas": [[code, label] for code, label in areas.items() if code in used],
        "groups": [
            {
                "label": line.label,
                "kind": text(f"systems.kind.{line.kind}", lang),
                "systems": [number[f"system:{s}"] for s in line.systems],
            }
            for line in systems.overlaps(lang=lang).itertuples(index=False)
            if line.band == "candidate"
        ],
    }


def _told_apart(systems: SystemMap, lang: str) -> dict[str, str]:
    """Labels of systems that share their name with others, by node: with the owner, and what else tells them apart."""
    rows = systems.state.systems
    unknown = text("systems.page.no_owner", lang)
    told = pd.DataFrame(
        {
            "name": systems.systems["system"].astype("object"),
            "owner": rows["owner_department"].fillna(unknown).to_numpy(dtype=object),
            "vendor": rows["vendor"].fillna("").to_numpy(dtype=object),
            # Two spellings of one vendor tell nothing apart.
            "vendor_key": systems.systems["vendor_key"].fillna("").to_numpy(dtype=object),
            "file": rows["source_file"].fillna("").to_numpy(dtype=object),
            "id": systems.systems["system_id"].to_numpy(dtype=object),
        }
    )
    found: dict[str, str] = {}
    for name, alike in told[told["name"].notna()].groupby("name", sort=False):
        if len(alike) == 1:
            continue
        ways = {"owner": "owner", "vendor": "vendor_key", "file": "file", "id": "id"}
        last = next(part for part, key in ways.items() if part == "id" or not alike.duplicated(["owner", key]).any())
        way = dict.fromkeys(("owner", last))
        for line in alike.to_dict("records"):
            known = " ".join(str(line[part]) for part in way if line[part])
            found[f"system:{line['id']}"] = text("systems.page.apart", lang, name=name, by=known)
    return found
