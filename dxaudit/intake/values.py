"""One raw cell → typed value.

Each parser takes the raw cell and returns `Parsed`: the value (None where missing) and, where a person should
look, the finding rule that says why. No parser raises. Folding (NFKC) serves recognition only; text that a
person wrote is returned as written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from dxaudit.intake.sheets import Cell, folded, is_blank, shown
from dxaudit.vocabulary import load


class Parsed(NamedTuple):
    """A typed value, None where missing, and the finding rule where somebody should look."""

    value: Any = None
    issue: str = ""


MISSING = Parsed()


@cache
def _keys(*path: str) -> frozenset[str]:
    node: Any = load("answers")
    for step in path:
        node = node[step]
    return frozenset(folded(word) for word in node)


def is_missing(raw: Cell) -> bool:
    """Whether the cell is empty or says that there is nothing to say (－, 該当なし, 不明)."""
    if raw.__class__ is str:
        return not raw or (_begins_nothing(raw[0]) and _missing(raw))
    return raw != raw if raw.__class__ is float else raw is None


@cache
def _begins_nothing(sign: str) -> bool:
    """Whether a text that says nothing (－, 該当なし, #N/A, なし) can begin so; most others are told by this alone."""
    first = _decomposed(unicodedata.normalize("NFKC", sign).casefold())
    return first in _FRAMING or first in _nothings() or not first.strip() or unicodedata.combining(first) > 0


_FRAMING = frozenset("()[]【】「」。\u200b\ufeff")
"""Signs around a text that are left aside where it is looked up."""
_DASHES = frozenset("-‐‑–—―ー─−ｰ")


@cache
def _nothings() -> frozenset[str]:
    """First signs of the words for nothing."""
    words = (*_keys("missing", "always"), *_keys("missing", "errors"), *_keys("missing", "none"))
    return frozenset(map(_decomposed, words)).union(map(_decomposed, _DASHES))


def _decomposed(text: str) -> str:
    """The first sign of a text, without what is composed with it (は of ば)."""
    return unicodedata.normalize("NFKD", text)[:1]


@lru_cache(maxsize=1 << 16)
def _missing(raw: str) -> bool:
    if is_blank(raw):
        return True
    if len(raw) > 40:
        return False
    key = folded(raw).strip("()[]【】「」")
    return key in _keys("missing", "always") or key in _keys("missing", "errors") or not key or _DASHES.issuperset(key)


def is_error(text: str) -> bool:
    """Whether a text is what a spreadsheet shows where a formula failed (#REF!, #N/A)."""
    return folded(text) in _keys("missing", "errors")


def says_none(raw: Cell) -> bool:
    """Whether the cell says 「なし」."""
    return (
        raw.__class__ is str
        and raw != ""
        and _begins_nothing(raw[0])
        and folded(raw).strip("()。") in _keys("missing", "none")
    )


def is_ditto(raw: Cell) -> bool:
    """Whether the cell repeats the one above (〃, 同上)."""
    return raw.__class__ is str and 0 < len(raw) <= 12 and folded(raw).strip("()") in _keys("ditto", "marks")


def dittos(cells: Iterable[Cell]) -> frozenset[Cell]:
    """Those of ``cells`` that repeat the one above."""
    begins = _ditto_begins()
    return frozenset(v for v in cells if v.__class__ is str and v[:1] in begins and is_ditto(v))


@cache
def _ditto_begins() -> frozenset[str]:
    """Signs that a ditto can begin with, in any width."""
    firsts = {mark[0] for mark in _keys("ditto", "marks")} | set(" (\t\n")
    alike = (chr(code) for code in range(0x10000) if unicodedata.normalize("NFKC", chr(code))[:1] in firsts)
    return frozenset((*firsts, *alike))


# ---------------------------------------------------------------------------------------------- words


def words(raw: Cell) -> Parsed:
    """Text as written, without blanks around it; letter-spaced names (総　務　課) are closed up.

    Characters of the private use area (外字) have no meaning outside the machine they came from: they show as 〓.
    """
    if is_missing(raw) or says_none(raw):
        return MISSING
    text = shown(raw).strip().strip("\u3000\u200b\ufeff").replace("\x00", "")
    parts = text.split()
    if len(parts) > 2 and all(len(part) == 1 and part > "\u3000" for part in parts):
        text = "".join(parts)
    if _PRIVATE.search(text):
        return Parsed(_PRIVATE.sub("〓", text), "gaiji")
    return Parsed(text, "garbled" if "\ufffd" in text else "") if text else MISSING


_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_NOTE = re.compile(r"[(（〔\[](?:別紙|別添|詳細|ほか|他|等|略|※|裏面|参照|注)[^)）〕\]]*[)）〕\]]")
_SPLIT = re.compile(r"[、，,;；\n\r\t|｜]+|\s*／\s*|\s+/\s+|(?<=[ぁ-んァ-ヶ一-龠ー）)])/(?=[ぁ-んァ-ヶ一-龠])")
_DIVIDER = re.compile("[、，,;；\n\r\t|｜／]")
"""Signs that divide a list wherever they stand."""
_BULLET = re.compile(r"^(?:[・･●○■◆\-*※]|[①-⑳]|\d{1,2}[.．)）](?!\d))\s*")
_AND = re.compile(r"^(?:および|及び|ならびに|並びに)(?=\S)")
_BETWEEN = re.compile(
    r"(?:(?<=[課室係局部所館])|(?<=センター))(?:・|及び|および|並びに|ならびに|と)(?=\S)|(?:(?<=[課室係館])|(?<=センター))\s+(?=\S)"
)
_UNIT_NAME = re.compile(r".+(?:[課室係局部所館]|センター)")
_OTHERS = re.compile(r"(?:など|ほか|他|その他|等)$")
_ONE_ITEM = re.compile(r"[^\W\d_とお及並な①-⑳][^\W_とお及並な①-⑳]*")
"""Letters and figures alone: nothing that divides or joins, no bullet, no bracket."""


def items(raw: Cell) -> Parsed:
    """Several values in one cell → a tuple; ``()`` where 「なし」 was written.

    Divided at 、 , ; ／ line breaks and circled numbers, never inside brackets. Notes such as (別紙参照) are left out
    and reported.
    """
    if says_none(raw) or (isinstance(raw, str) and folded(raw) in ("該当なし", "使用なし", "利用なし", "0")):
        return Parsed(())
    if is_missing(raw):
        return MISSING
    text = shown(raw).replace("\x00", "").strip()
    if _ONE_ITEM.fullmatch(text):
        return Parsed((text,))
    parts = _DIVIDER.split(text)
    if all(map(_ONE_ITEM.fullmatch, parts)):
        # Most lists: items that need no further look, with one sign between two.
        plain = (part for part in parts if not is_missing(part) and not says_none(part))
        return Parsed(_without_others(list(dict.fromkeys(plain))))
    bare = _NOTE.sub("", text)
    held = _shield(bare)
    held = re.sub(r"(?<!^)(?=[①-⑳])|(?<=\S)\s+(?=[\d０-９]{1,2}[.．)）](?![\d０-９]))", "、", held)
    found: dict[str, None] = {}
    for part in _SPLIT.split(held):
        part = _AND.sub("", _BULLET.sub("", _unshield(part).strip())).strip().strip("\u3000。")
        if part and not is_missing(part) and not says_none(part):
            # 「総務課・財政課」 are two, 「子ども・子育て支援課」 is one.
            names = _BETWEEN.split(part)
            for name in names if all(_UNIT_NAME.fullmatch(n) for n in names) else [part]:
                found.setdefault(name)
    return Parsed(_without_others(list(found)), "note_in_list" if bare != text else "")


def _without_others(names: list[str]) -> tuple[str, ...]:
    """Items without 「ほか」 behind the last."""
    if len(names) > 1 and _OTHERS.search(names[-1]):
        last = _OTHERS.sub("", names[-1]).strip()
        names = names[:-1] + ([last] if last else [])
    return tuple(names)


_SHIELDED = str.maketrans("、，,;；/／|｜\n", "\ue100\ue101\ue102\ue103\ue104\ue105\ue106\ue107\ue108\ue109")
_SHOWN = {held: sign for sign, held in _SHIELDED.items()}


def _shield(text: str) -> str:
    return re.sub(r"[(（「『][^()（）「」『』]*[)）」』]", lambda m: m.group().translate(_SHIELDED), text)


def _unshield(text: str) -> str:
    return text.translate(_SHOWN)


# ------------------------------------------------------------------------------------------ yes and no

_CODE = re.compile(r"^[(\[]?(?:\d{1,2}(?:-\d)?|[a-z])[)\]]?[.:=、_\s]+(?=\D)|^\d{1,2}(?=[^\d\W])|^[①-⑳]", re.I)
_BRACKET = re.compile(r"\([^()]*\)")
_UNSURE = re.compile(
    r"(?:覚え|おぼえ|憶え|記憶|思い出|わか[らり]|分か[らり]|判[らり]|しれ)[^、。]{0,4}(?:ない|ません)$"
)
"""覚えていない, よくわからない, 受けたかもしれない: no answer, whatever they end with."""
_SOME = re.compile("一部|部分|場合")
_PARTLY = re.compile("一部|部分|併用|場合|こともある|ときもある")
_NOT = re.compile("不要|不可|未|無|なし|ない|ません|検討|予定|非|できず|廃止")
_DONE = re.compile(
    "有|あり|要|済|実施|可|対応|導入|利用|使用|必須|委託|はい|ている|できる|める$|来庁|対面|窓口|指定管理"
)
_LEFT_OUT = re.compile(r"(?:なし|無し?|除く|ない|以外|含まず)\)?$")
_NO = re.compile(r"(?:なし|無し|ない|なかった|ません|ませんでした)$")


@lru_cache(maxsize=1 << 14, typed=True)
def _bare(raw: Cell) -> tuple[str, str]:
    """A folded answer without a code number in front and without brackets, and what the brackets said."""
    text = unicodedata.normalize("NFKC", shown(raw)).strip().casefold()
    text = _CODE.sub("", text, count=1)
    text = "".join(text.split())
    inside = "".join(_BRACKET.findall(text))
    return _BRACKET.sub("", text).strip("。.:"), inside


def tri(raw: Cell) -> Parsed:
    """``"true"``, ``"partial"`` or ``"false"`` from ○ △ ×, 有 無, 済 未, 1 0 and the like."""
    if isinstance(raw, bool):
        return Parsed("true" if raw else "false")
    if isinstance(raw, (int, float)):
        return Parsed({1.0: "true", 0.0: "false"}.get(float(raw)), "" if raw in (0, 1) else "unreadable_answer")
    if is_blank(raw):
        return MISSING
    key, inside = _bare(raw)
    for answer in ("true", "partial", "false"):
        if key in _keys("tri", answer):
            if answer == "true" and _SOME.search(inside):
                return Parsed("partial")
            return Parsed(answer)
    if is_missing(raw) or is_missing(key) or _UNSURE.search(key):
        return MISSING
    if key[:1] in "○〇◯●◎△▲×✕✓レ" and len(key) > 1:
        return tri(key[0])
    if key.startswith("その他"):
        return Parsed(None, "other_answer")
    if _PARTLY.search(key):
        return Parsed("partial")
    if _NOT.search(key):
        return Parsed("false")
    if _DONE.search(key):
        return Parsed("partial" if _SOME.search(inside) else "true")
    return Parsed(None, "unreadable_answer")


def category(raw: Cell, spellings: Mapping[str, tuple[str, ...]], marks: Mapping[str, str] | None = None) -> Parsed:
    """The code whose spelling the cell is, or contains (the longest); ``marks`` gives the codes of ○ △ ×.

    ``spellings`` by code, folded. A cell that holds none of them is reported and kept as missing.
    """
    if is_blank(raw):
        return MISSING
    key, inside = _bare(raw)
    whole = folded(shown(raw))
    found = _exact(whole, spellings)
    if found is None:
        # Of 紙 and 電子 named together both hold; of kinds of personal data the strictest, brackets included.
        named = {c for c, names in spellings.items() if any(n in whole for n in names if len(n) > 1 or n == "紙")}
        if {"digital", "paper", "both"} <= set(spellings) and {"digital", "paper"} <= named:
            return Parsed("both")
        for strict in ("specific", "sensitive"):
            if strict in named and not _NO.search(key) and not _LEFT_OUT.search(inside):
                return Parsed(strict)
        found = _exact(key, spellings)
    if found is not None:
        return Parsed(found)
    if marks:
        answer = tri(raw)
        if answer.value in marks:
            exact = any(key in _keys("tri", name) for name in ("true", "partial", "false"))
            if exact or isinstance(raw, (bool, int, float)):
                return Parsed(marks[answer.value])
    if is_missing(raw) or _UNSURE.search(key):
        return MISSING
    if "none" in spellings and _NO.search(key):
        return Parsed("none")
    # What looks like a code in front may be part of the answer: 1回受けた.
    texts = (key, whole.split("(")[0])
    held = [(len(n), code) for code, names in spellings.items() for n in names if len(n) > 1 for t in texts if n in t]
    if not held and inside:
        held = [(len(n), code) for code, names in spellings.items() for n in names if len(n) > 1 and n in inside]
    if held:
        return Parsed(max(held)[1])
    if marks and answer.value in marks:
        return Parsed(marks[answer.value])
    if key.startswith("その他"):
        return Parsed("other") if "other" in spellings else Parsed(None, "other_answer")
    return Parsed(None, "unknown_category")


def _exact(text: str, spellings: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((code for code, names in spellings.items() if text in names or text == code), None)


_STEP = re.compile(r"^[(\[]?(\d+(?:\.0+)?)[)\]]?(?:$|点$|[.:=、,)\-_]?(?!\d))")
_STEP_BEHIND = re.compile(r"[(\[:=]([1-5])[)\]]?$")


@cache
def _steps() -> Mapping[str, float]:
    """The words of the scale with their steps; where two steps share one, the higher."""
    return {word: float(step) for step in "12345" for word in _keys("likert", step)}


def likert(raw: Cell) -> Parsed:
    """A step from 1 to 5: the number, circled or full-width, 「3=一人でできる」, or the words of the scale."""
    if isinstance(raw, bool):
        return Parsed(None, "unreadable_answer")
    if isinstance(raw, (int, float)):
        return Parsed(float(raw)) if raw in (1, 2, 3, 4, 5) else Parsed(None, "out_of_scale")
    if is_blank(raw):
        return MISSING
    text = folded(shown(raw))
    if text in _steps():
        return Parsed(_steps()[text])
    if is_missing(raw):
        return MISSING
    found = _STEP.match(text)
    if found:
        number_found = float(found.group(1))
        return Parsed(number_found) if number_found in (1, 2, 3, 4, 5) else Parsed(None, "out_of_scale")
    bare, _ = _bare(raw)
    if bare in _steps():
        return Parsed(_steps()[bare])
    tail = _STEP_BEHIND.search(text)
    return Parsed(float(tail.group(1))) if tail else Parsed(None, "unreadable_answer")
