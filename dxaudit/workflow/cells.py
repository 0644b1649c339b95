"""What one cell of a step table says: a step's number, its next steps with their shares, a branch's conditions."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from dxaudit.vocabulary import load


def step_key(written: object) -> str:
    """A step's number for comparing: ``1``, ``1.0``, ``①`` and ``手順1`` are one; ``""`` where there is none."""
    if written is None or (isinstance(written, float) and np.isnan(written)):
        return ""
    said = unicodedata.normalize("NFKC", str(written)).strip()
    for prefix in load("workflow")["words"]["step_prefix"]:
        said = said.removeprefix(prefix).strip()
    said = re.sub(r"^[(\[]\s*(\S+)\s*[)\]]$", r"\1", said)
    return re.sub(r"^(\d+)\.0*$", r"\1", said)


def conditions(branch: str, count: int) -> list[str]:
    """The condition of each next step in a cell: ``適／不適`` for two of them, or one question for all."""
    parts = [part.strip() for part in re.split(r"[/／、,，;；・\n]+", branch) if part.strip()]
    if count == len(parts):
        return parts
    question = branch if count < 2 or not branch or branch.endswith(("?", "？", "か")) else f"{branch}？"
    return [question] * count


def natural(key: str) -> tuple[int, ...] | None:
    """A step's number for sorting (``2-10`` after ``2-9``); None where it is no number."""
    found = re.fullmatch(r"\d+(?:[-.]\d+)*(?:\(\d+\))?", key)
    return tuple(map(int, re.findall(r"\d+", key))) if found else None


def entries(written: object) -> list[str]:
    """The next steps that a cell names; ``[]`` where it names none."""
    if isinstance(written, (tuple, list)):
        parts = [str(part) for part in written]
    elif written is None or written is pd.NA or (isinstance(written, float) and np.isnan(written)):
        return []
    else:
        parts = re.split(r"[、,;;\n]+|・(?=\d)|/(?=\d)", unicodedata.normalize("NFKC", str(written)))
    return [part.strip() for part in parts if part.strip()]


_SHARED = re.compile(r"^(.*?)\s*[(:\s]\s*(\d+(?:\.\d+)?)\s*%\s*\)?$")


def split_entry(entry: str) -> tuple[str, float | None]:
    """``"3(80%)"`` → ``("3", 0.8)``; ``"5へ"`` → ``("5", None)``."""
    said = unicodedata.normalize("NFKC", entry).strip().removeprefix("→").strip()
    shared = _SHARED.match(said)
    share = None
    if shared:
        said, share = shared.group(1).strip(), float(shared.group(2)) / 100
    for suffix in load("workflow")["words"]["step_suffix"]:
        said = said.removesuffix(suffix).strip()
    return said, share


def is_entry(action: object, carrier: object, system: object) -> bool:
    """Whether a step types data in: its action says so, and something electronic takes them."""
    words = load("workflow")["words"]
    if not isinstance(action, str) or (carrier not in ("digital", "both") and not isinstance(system, str)):
        return False
    said = unicodedata.normalize("NFKC", action)
    return any(word in said for word in words["entry"]) and not any(word in said for word in words["entry_not"])
