"""What did the governance questionnaire answer to a question of the catalogue?"""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache

import numpy as np

from dxaudit.issues.evidence import Evidence, Measured, not_assessed
from dxaudit.issues.inventory import Inventory, Scope, folded
from dxaudit.vocabulary import load

TABLE = "governance"
# Order matters: "not adopted yet" holds the word "adopted".
_NO = re.compile(r"未|無|ない|なし|いいえ|no|false|×|✕|検討|予定|していません")
_PARTLY = re.compile(r"一部|部分|partial|partly|△|策定中|整備中|準備中|作成中")
_YES = re.compile(r"有|あり|ある|済|はい|yes|true|○|〇|◯|◎|●|実施|策定|整備|設置|制定|公開|している")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def _patterns(key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(words) for words in load("issues")["questions"][key]["match"])


def question_row(inventory: Inventory, key: str) -> int | None:
    """The row that asks question ``key``: our own wording, else the first pattern that some row fits."""
    asked = [folded(text) for text in inventory.column(TABLE, "question")]
    own = [folded(text) for text in load("issues")["questions"][key]["text"].values()]
    for row, text in enumerate(asked):
        if text in own:
            return row
    taken = {folded(t) for k, q in load("issues")["questions"].items() if k != key for t in q["text"].values()}
    for pattern in _patterns(key):
        for row, text in enumerate(asked):
            if text and text not in taken and pattern.search(text):
                return row
    return None


def yes(text: object) -> float:
    """1 for yes, 0.5 for partly, 0 for no, NaN for anything else.

    Examples
    --------
    >>> [yes(t) for t in ("有", "策定済み", "一部", "未策定", "true", "検討中", "わからない")]
    [1.0, 1.0, 0.5, 0.0, 1.0, 0.0, nan]
    """
    if not isinstance(text, str):
        return math.nan
    flat = folded(text)
    if flat.startswith(("わから", "不明")):
        return math.nan
    for pattern, meaning in ((_PARTLY, 0.5), (_NO, 0.0), (_YES, 1.0)):
        if pattern.search(flat):
            return meaning
    return math.nan


def number(text: object) -> float:
    """The first number of an answer (``"2名"`` → 2), 0 for a plain no, else NaN."""
    if isinstance(text, (int, float)):
        return float(text)
    if not isinstance(text, str):
        return math.nan
    found = _NUMBER.search(unicodedata.normalize("NFKC", text).replace(",", ""))
    if found:
        return float(found.group())
    return 0.0 if yes(text) == 0.0 else math.nan


def answer_number(scope: Scope, key: str, how: str) -> Measured:
    """The number a question was answered with."""
    row = question_row(scope.inventory, key)
    if row is None:
        return not_assessed("not_asked", question=key)
    value = number(scope.inventory.column(TABLE, "answer")[row])
    if math.isnan(value):
        return not_assessed("no_answer", question=key)
    return Measured(_evidence(np.array([row]), np.array([value]), np.array([True]), how), 1.0)


def answer_yes(scope: Scope, keys: tuple[str, ...]) -> Measured:
    """How many of the things asked for are missing: 1 for each no, 0.5 for partly."""
    rows = [question_row(scope.inventory, key) for key in keys]
    for key, row in zip(keys, rows, strict=True):
        if row is None:
            return not_assessed("not_asked", question=key)
    answers = [yes(scope.inventory.column(TABLE, "answer")[row]) for row in rows]
    for key, answer in zip(keys, answers, strict=True):
        if math.isnan(answer):
            return not_assessed("no_answer", question=key)
    missing = 1.0 - np.array(answers)
    return Measured(_evidence(np.array(rows), missing, missing > 0, "sum"), 1.0)


def _evidence(rows: np.ndarray, numbers: np.ndarray, affected: np.ndarray, how: str) -> Evidence:
    return Evidence(
        how, numerator=numbers, affected=affected, table=TABLE, rows=rows, columns=("question", "answer", "note")
    )
