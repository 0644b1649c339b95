"""How nbval compares a notebook's stored outputs with fresh ones, so that a swapped picture or a cleared output fails.

nbval skips pictures, and passes a notebook whose outputs were removed. Here pictures are compared by a coarse
signature (64 × 64 grey levels), which bears the small differences between font rasterisers but not another chart, and
a code cell without stored output is refused unless it is tagged ``parameters`` or ``silent``.
"""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

SIDE = 64
GREY_TOLERANCE = 40
SHARE_TOLERANCE = 0.02
"""At most this share of the signature's points may differ by more than `GREY_TOLERANCE` of 255."""

SILENT_TAGS = {"parameters", "silent"}
PNG_START = "iVBOR"
UNCOMPARED = "application/vnd.dxaudit.table+json"
"""The values behind a report's table; its html, which is compared, shows the same ones."""


class Picture(str):
    """A base64 PNG that equals another when both look alike."""

    __hash__ = str.__hash__

    def signature(self) -> np.ndarray:
        with Image.open(io.BytesIO(base64.b64decode(self))) as picture:
            return np.asarray(picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=int)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Picture):
            return False
        return float((np.abs(self.signature() - other.signature()) > GREY_TOLERANCE).mean()) <= SHARE_TOLERANCE

    def __ne__(self, other: object) -> bool:
        return not self == other


_sanitize = IPyNbCell.sanitize


def _sanitize_pictures(cell: IPyNbCell, value: object) -> object:
    if isinstance(value, str) and value.startswith(PNG_START):
        return Picture(value.replace("\n", ""))
    return _sanitize(cell, value)


IPyNbCell.sanitize = _sanitize_pictures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Compare pictures, and let cells without stored output fail."""
    for item in items:
        if isinstance(item, IPyNbCell):
            notebook: IPyNbFile = item.parent
            notebook.skip_compare = (*(key for key in notebook.skip_compare if key != "image/png"), UNCOMPARED)
            tags = set(item.cell.metadata.get("tags", ()))
            if item.cell.source.strip() and not item.cell.outputs and not tags & SILENT_TAGS:
                item.runtest = _refuse(item)


def _refuse(item: IPyNbCell):
    def runtest() -> None:
        pytest.fail(f"{item.name}: no stored output to compare with (run the notebook, or tag the cell 'silent')")

    return runtest
