"""How a number is written for a reader: digits, thousands, what is missing, and the band a score falls into.

Apart from the look of charts, since pages and workbooks are written by processes that draw none.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

from dxaudit.vocabulary import text


def band(score: float) -> str:
    """``none``, ``caution`` or ``major`` for a perspective score of 0–100 (below 30, below 60, 60 and over)."""
    return "none" if score < 30 else "caution" if score < 60 else "major"


def number(value: float | None, digits: int = 0, lang: str = "ja") -> str:
    """``1234.5`` → ``1,235`` (or as many digits as asked); what is missing is written as not assessed."""
    if value is None or math.isnan(value):
        return text("common.not_assessed", lang)
    return f"{_rounded(value, digits):,f}"


def percent(share: float | None, digits: int = 0, lang: str = "ja") -> str:
    """``0.237`` → ``24%``."""
    if share is None or math.isnan(share):
        return text("common.not_assessed", lang)
    return f"{_rounded(100 * share, digits):f}%"


_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
"""As many digits as any binary fraction written out with twelve places has."""


def _rounded(value: float, digits: int) -> Decimal | float:
    """Halves away from zero, as spreadsheets round: a page and its workbook show one figure."""
    if math.isinf(value):
        return value
    # Beyond twelve places after the point there is but dust of binary fractions.
    rounded = Decimal(f"{value:.12f}").quantize(Decimal(1).scaleb(-digits), context=_WIDE)
    return rounded if rounded else abs(rounded)
