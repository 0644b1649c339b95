"""Which months are busy, and how much busier than the mean: the peak index of a business.

Inventories name the busy months (繁忙期 in the MIC's 業務説明表) and seldom the volume of each. The index rests on
the assumption in ``vocabulary/workflow.toml`` (``[peak]``): a busy month carries ``ratio`` times an ordinary one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from dxaudit.vocabulary import load

_RANGE = re.compile(r"(\d{1,2})\s*月?\s*(?:[上中下]旬)?\s*(?:~|-|から|ないし)\s*(?:翌年?)?\s*(\d{1,2})\s*月")
_MONTH = re.compile(r"(?<!\d)(\d{1,2})\s*(?=月|[・、,/と]\s*\d{1,2}\s*[月・、,/と])")
_BARE = re.compile(r"\d{1,2}(?:\s*[-~・、,/]\s*\d{1,2})*")
_DASHES = str.maketrans(dict.fromkeys("〜～∼", "~") | dict.fromkeys("－―‐‑–—−", "-"))


def busy_months(written: object) -> tuple[int, ...] | None:
    """The months (1-12, ascending) that a cell names as busy.

    Returns ``()`` where the cell says that no month is (通年, なし), None where it says nothing that is understood.

    Examples
    --------
    >>> busy_months("3月～4月")
    (3, 4)
    >>> busy_months("12～翌2月、6月")
    (1, 2, 6, 12)
    >>> busy_months("通年")
    ()
    >>> busy_months("忙しい") is None
    True
    """
    if not isinstance(written, str) or not written.strip():
        return None
    said = unicodedata.normalize("NFKC", written).translate(_DASHES).strip()
    if _BARE.fullmatch(said):
        said += "月"
    words = load("workflow")
    found: set[int] = set()
    for first, last in _RANGE.findall(said):
        found |= _between(int(first), int(last))
    rest = _RANGE.sub(" ", said)
    found |= {int(m) for m in _MONTH.findall(rest) if 1 <= int(m) <= 12}
    for word, months in sorted(words["months"].items(), key=lambda entry: -len(entry[0])):
        if word in rest:
            found |= set(months)
            rest = rest.replace(word, " ")
    if found:
        return () if len(found) == 12 else tuple(sorted(found))
    if any(said == word or (len(word) > 1 and word in said) for word in words["no_peak"]["words"]):
        return ()
    return None


def _between(first: int, last: int) -> set[int]:
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return set()
    return {(first - 1 + i) % 12 + 1 for i in range((last - first) % 12 + 1)}


def peak_index(months: Collection[int] | None, ratio: float | None = None) -> float | None:
    """Hours of the busiest month ÷ hours of the mean month, dimensionless, 1 or more.

    With m busy months of ``ratio`` q times an ordinary month each: ``12 q / (m q + 12 − m)``.
    None where the months are not known. ``ratio`` defaults to the product's design value.

    Examples
    --------
    >>> round(peak_index((3, 4)), 3)
    1.714
    >>> peak_index(())
    1.0
    """
    if months is None:
        return None
    q = load("workflow")["peak"]["ratio"]["middle"] if ratio is None else ratio
    m = len(months)
    return 1.0 if m in (0, 12) else 12 * q / (m * q + 12 - m)
