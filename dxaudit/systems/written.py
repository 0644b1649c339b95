"""Pairs and groups of a `SystemMap` as CSV: what people need to know a system by, beside the ids that programs join by.

Texts that a spreadsheet would run as a formula are kept from it by an apostrophe in front.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.intake.export import safe
from dxaudit.vocabulary import load
from dxaudit.writing import write_text

if TYPE_CHECKING:
    from dxaudit.systems.systemmap import SystemMap

PAIR_FILE_COLUMNS = (
    "system_a", "system_b", "kind", "confidence", "evidence", "name_a", "department_a", "name_b", "department_b",
)  # fmt: skip
GROUP_FILE_COLUMNS = (
    "group", "kind", "system_id", "confidence", "label", "relation", "name", "department", "annual_cost",
    "saving_low", "saving_middle", "saving_high", "within", "file", "sheet", "cell",
)  # fmt: skip


def write_pairs(systems: SystemMap, path: Path) -> None:
    """Write the pairs that are claimed or to be reviewed; columns `PAIR_FILE_COLUMNS`.

    Raises
    ------
    DxauditError
        More pairs than anyone can read: use `write_groups`.
    """
    pairs = systems.pairs()
    pairs = pairs[pairs["confidence"] >= load("overlaps")["bands"]["review"]]
    told = {}
    for side in ("a", "b"):
        rows = [systems.row(name) for name in pairs[f"system_{side}"]]
        told[f"name_{side}"] = _texts(systems.systems["system"], rows)
        told[f"department_{side}"] = _texts(systems.systems["owner_department"], rows)
    _write(pairs.assign(**told)[list(PAIR_FILE_COLUMNS)], path)


def write_groups(systems: SystemMap, path: Path, lang: str = "ja") -> None:
    """Write one line per group and system, at any size; columns `GROUP_FILE_COLUMNS`.

    ``annual_cost`` and the savings are in thousand yen a year; ``saving_…``, ``relation`` and ``label`` are the group's
    and stand in each of its lines. ``within`` is the group that holds all of this one: its saving holds this one's.
    """
    groups, state = systems.groups(), systems.state
    of_group = systems.overlaps(lang=lang).set_index(["group", "kind"])
    told = of_group[["label", "relation", "saving_low", "saving_middle", "saving_high", "within"]].round(1)
    frame = groups.join(told, on=["group", "kind"])
    rows = [systems.row(name) for name in frame["system_id"]]
    # A function whose systems are all one product is told by the product's group.
    product = ("P" + systems.systems["product"].astype("str")).to_numpy(dtype=object)[rows]
    untold = frame["label"].isna()
    frame["within"] = np.where(untold, product, frame["within"])
    frame["relation"] = frame["relation"].fillna("duplication")
    labels = {f.code: f.label[lang] for f in systems.taxonomy.functions}
    frame["label"] = frame["label"].fillna(frame["group"].map(labels))
    frame["name"] = _texts(state.systems["system"], rows)
    frame["department"] = _texts(state.systems["owner_department"], rows)
    frame["annual_cost"] = state.systems["annual_cost"].to_numpy()[rows]
    frame["file"] = _texts(state.systems["source_file"], rows)
    frame["sheet"] = _texts(state.systems["source_sheet"], rows)
    frame["cell"] = [state.address("systems", row, "system").rpartition("!")[2] for row in rows]
    _write(frame.assign(label=[safe(v) for v in frame["label"]])[list(GROUP_FILE_COLUMNS)], path)


def _texts(column: pd.Series, rows: list[int]) -> list[str]:
    values = column.to_numpy(dtype=object)
    return [safe(" ".join(values[row].split())) if isinstance(values[row], str) else "" for row in rows]


def _write(frame: pd.DataFrame, path: Path) -> None:
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))
