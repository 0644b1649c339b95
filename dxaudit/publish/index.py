"""The page that lists every report, with the whole city at a glance; works from a file share, without a server."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from dxaudit.publish.analysis import City
from dxaudit.publish.look import style_sheet, templates
from dxaudit.publish.run import Outcome
from dxaudit.settings import PERSPECTIVES
from dxaudit.show import numbers
from dxaudit.vocabulary import load, text
from dxaudit.writing import write_text


def write_index(
    path: Path, city: City, outcomes: Mapping[str, Outcome], folders: Mapping[str, str], lang: str = "ja"
) -> Path:
    """Write the index page.

    Parameters
    ----------
    path : Path
    city : City
    outcomes : mapping of department to Outcome
        The city's own under the empty name.
    folders : mapping of department to str
        Folder of each report beside the index.
    lang : {"ja", "en"}
    """
    script = _script()
    names = [name for name in outcomes if name]
    done = [name for name in names if not outcomes[name].reason]
    page = (
        templates()
        .get_template("index.html.j2")
        .render(
            lang=lang,
            text=lambda key, **values: text(key, lang, **values),
            style=style_sheet(),
            script=script,
            script_hash=base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii"),
            city=city.name,
            alarm=load("look")["severity"]["major"]["colour"],
            perspectives=[text(f"common.perspective.{p}", lang) for p in PERSPECTIVES],
            city_links=_links(outcomes.get(""), folders, ""),
            rows=[_row(city, name, outcomes[name], folders, lang) for name in names],
            done=len(done),
            total=len(names),
            failed=[(n or text("common.city", lang), o.reason) for n, o in outcomes.items() if o.reason],
        )
    )
    write_text(path, page)
    return path


@cache
def _script() -> str:
    return (files("dxaudit.publish") / "templates" / "index.js").read_text(encoding="utf-8").replace("\r\n", "\n")


def _links(outcome: Outcome | None, folders: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    if outcome is None or outcome.reason:
        return []
    return [(kind, f"{quote(folders[name])}/{quote(file)}") for kind, file in outcome.files.items()]


def _row(city: City, name: str, outcome: Outcome, folders: Mapping[str, str], lang: str) -> dict[str, Any]:
    scores = city.register.perspectives(name).set_index("perspective")
    top = city.register.top(1, name, lang)
    line = city.state.derived("coverage", city.state.coverage).iloc[:-1].set_index("department").loc[name]
    assessed, total = int(scores["assessed"].sum()), int(scores["total"].sum())
    return {
        "name": name,
        "bureau": line["bureau"] if isinstance(line["bureau"], str) else "",
        "businesses": int(line["businesses"]),
        "hours": None if pd.isna(line["inventoried_hours"]) else float(line["inventoried_hours"]),
        "hours_text": numbers.number(line["inventoried_hours"], lang=lang),
        "scores": [_score(scores, perspective) for perspective in PERSPECTIVES],
        "assessed": assessed,
        "total": total,
        "gravest": top["issue"].iloc[0] if len(top) else "",
        "links": _links(outcome, folders, name),
        "failed": bool(outcome.reason),
    }


def _score(scores: pd.DataFrame, perspective: str) -> dict[str, Any] | None:
    """A perspective's score with the colours of its severity, None where nothing was assessed."""
    if perspective not in scores.index or not scores.at[perspective, "assessed"]:
        return None
    value = float(scores.at[perspective, "score"])
    band = load("look")["severity"][numbers.band(value)]
    return {"value": value, "text": numbers.number(value), "colour": band["colour"], "on": band["on"]}
