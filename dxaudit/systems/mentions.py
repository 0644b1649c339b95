"""Which product a row's purpose names, where the system's own name is none (予約システム: "LoGoフォームで受け付ける").

A product counts as named in brackets, or where something is done with it (…で); not where data go to it
or come from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from dxaudit.systems.functions import Taxonomy
from dxaudit.systems.labels import is_second_name
from dxaudit.systems.names import parse_all
from dxaudit.systems.terms import TermIndex
from dxaudit.systems.vendors import suite_words

_BRACKETS = re.compile(r"\(([^()]{2,24})\)")
_LINKED = re.compile("連携|参照|送|渡|取込|取リ込|出力|移行|カラ|ヘ")
_BEHIND = re.compile(
    r"[ (\"]*(?:デ(?!ハ|ノ|モ)|ヲ使|ヲ用イ|ヲ利用|ヲ活用|ニヨル|ニヨリ|上デ|ノ(?:施設)?予約|ノフォーム|ノアプリ|ノ機能)"
)


@cache
def _index(words: tuple[str, ...]) -> TermIndex:
    return TermIndex(list(words), [True] * len(words))


def mentions(purposes: Sequence[str], known: Taxonomy, no_names: frozenset[str]) -> list[tuple[str, ...]]:
    """Stems of the products that each folded purpose names, ``no_names`` left out."""
    told = [n for n, purpose in enumerate(purposes) if purpose]
    found: list[dict[str, None]] = [{} for _ in purposes]
    bracketed = [
        (n, text)
        for n in told
        if "(" in purposes[n]
        for text in _BRACKETS.findall(purposes[n])
        if not _LINKED.search(text)
    ]
    for (n, _), name in zip(bracketed, parse_all([text for _, text in bracketed]), strict=True):
        if name.stem not in no_names and is_second_name("", name.stem):
            found[n][name.stem] = None
    products = known.product_words | suite_words()
    words = tuple(sorted(w for w in products - no_names if len(w) > 3))
    hits = _index(words).find([purposes[n] for n in told])
    begin = np.cumsum([0] + [len(purposes[n]) + 1 for n in told])
    for n, term, start in zip(
        hits.text.tolist(), hits.term.tolist(), (hits.start - begin[hits.text]).tolist(), strict=True
    ):
        purpose, behind = purposes[told[n]], start + len(words[term])
        opened = purpose[start - 1 : start] == "(" and not _LINKED.search(purpose[behind:].partition(")")[0])
        if opened or _BEHIND.match(purpose, behind):
            found[told[n]][words[term]] = None
    return [tuple(stems) for stems in found]
