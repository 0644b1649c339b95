"""What a written file says of itself: whose report it is, and the additive figures it states.

Read from the file on disk, so that the check of the batch (departments sum to the city, each file is its
department's) speaks of what people will open and not of what was meant to be written.
"""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

from dxaudit.publish.run import Outcome

_META = re.compile(r'<meta name="dxaudit-(department|facts)" content="([^"]*)">')
_CORE = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
}


def stated(path: Path) -> tuple[str, dict[str, float]] | None:
    """Department and additive figures that the file states; None for a format that cannot be read back (pdf).

    Raises
    ------
    ValueError, OSError, KeyError, zipfile.BadZipFile
        The file is not as it was written.
    """
    if path.suffix == ".html":
        with path.open(encoding="utf-8") as page:
            found = dict(_META.findall(page.read(20_000)))
        return unescape(found["department"]), json.loads(unescape(found["facts"]))
    if path.suffix == ".ipynb":
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"]["dxaudit"]
        return about["department"], about["facts"]
    if path.suffix in (".xlsx", ".docx", ".pptx"):
        with zipfile.ZipFile(path) as package:
            core = ElementTree.fromstring(package.read("docProps/core.xml"))
        department = core.findtext("dc:subject", "", _CORE)
        return department, json.loads(core.findtext("cp:keywords", "{}", _CORE))
    return None


def wrong_file(folder: Path, outcome: Outcome) -> str:
    """The name of a file of this report that is not its department's or not whole; empty where all are right."""
    for file in outcome.files.values():
        try:
            found = stated(folder / file)
        except (ValueError, OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError):
            return file
        if found is not None and (found[0] != outcome.department or not _same(found[1], outcome.facts)):
            return file
    return ""


def differing(departments: list[Mapping[str, float]], city: Mapping[str, float]) -> tuple[str, float, float] | None:
    """The first additive figure whose sum over departments is not the city's, with both numbers.

    A figure that no department states (somebody's own notebook) cannot be asked.
    """
    for figure, whole in city.items():
        if not any(figure in facts for facts in departments):
            continue
        total = math.fsum(facts.get(figure, 0.0) for facts in departments)
        if not math.isclose(total, whole, rel_tol=1e-9, abs_tol=1e-6):
            return figure, total, whole
    return None


def _same(found: Mapping[str, float], meant: Mapping[str, float]) -> bool:
    return found.keys() == meant.keys() and all(math.isclose(found[k], v, rel_tol=1e-12) for k, v in meant.items())
