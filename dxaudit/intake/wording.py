"""A header's text → the columns it names: by the dictionary, by how such headers are worded, by likeness of letters.

What the words mean without being known so is the question of `dxaudit.intake.meaning`; whether the values beneath can
be what the header says, that of `dxaudit.intake.columns`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from dxaudit.intake.numbers import unit
from dxaudit.intake.sheets import folded
from dxaudit.vocabulary import load, tables

EXACT, SYNONYM, LAST_LEVEL, PATTERN, INSIDE = 1.0, 0.95, 0.96, 0.8, 0.62
"""Evidence of a label, a synonym, a name's lowest level, a pattern, a name contained in the header."""


_UNIT_HINT = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]")
_LEAD = re.compile(r"^(?:[(\[]?\d{1,2}[)\].:、]|[●■◆◎○※★☆▼▽*#]+|[ア-ン][.)、])\s*(?=\D)")
_HINT = re.compile(
    r"^(?:必須|任意|選択|記入|自動|入力|単位|複数|該当|プルダウン|例|※|注|自由|半角|全角|数字|整数|概数|西暦|和暦|計算|年\d|有・?無|有/無|○.*|○×|はい.*|[1-5]~[1-5])"
)


_NAMES = frozenset(
    ["id", "ids", "m", "h", "部", "端末", "ライセンス", "アカウント", "施設", "団体", "月", "年", "日", "週", "人工"]
)
"""Words that name a unit in a cell but a thing in the lower row of a header."""


_YEAR = re.compile(
    r"(?:令和|平成|[rh])(?:元|\d{1,2})年?度?(?:末|の)?(?:実績|決算|予算|見込)?|(?:20\d\d)年度?(?:実績|決算|予算|見込)?"
)


_ITEM = re.compile(r"(^|_)\s*[①-⑳⑴-⒇❶-❿]+\s*")
"""The number of an item before its name: ⑤1回にかかる時間. Folding would join it to what follows."""


def without_item(header: str) -> str:
    """A header's text without the circled numbers before its names or under them."""
    return _ITEM.sub(r"\1", header).strip("_ ") or header


@lru_cache(maxsize=20_000)
def header_key(header: str) -> tuple[str, str, str]:
    """(key without brackets, folded text with brackets, unit named) of one header text."""
    text = folded(without_item(header))
    text = _LEAD.sub("", text)
    named = _named_unit(_UNIT_HINT.findall(text))
    bare = _UNIT_HINT.sub("", text).strip("*※:.・_ ") or text
    kept = _UNIT_HINT.sub(lambda m: "" if unit(m[1]) or _HINT.match(m[1]) else m[0], text).strip("*※:_ ")
    tail = re.search(r"[_/・]([^_/・]+)$", bare)
    # Under a year alone (令和5年度実績_時間) the lower name is a name, not a row of units.
    of_something = bool(tail) and bool(_YEAR.sub("", bare[: tail.start()]).strip("_()"))
    if not named and of_something and tail[1] not in _NAMES and unit(tail[1]) is not None:
        # A row of units under the header (…_千円), or 「件数/年」.
        if bare[tail.start()] == "_":
            named, bare, kept = tail[1], bare[: tail.start()], re.sub(r"[_(]+[^_()]*\)?$", "", kept)
        elif bare[tail.start()] == "/":
            named = bare.rsplit("_", 1)[-1]
    lowest = bare.rsplit("_", 1)[-1]
    if not named and "_" in bare and "/" in lowest and unit(lowest) is not None:
        named, bare, kept = lowest, bare.rsplit("_", 1)[0], kept.rsplit("_", 1)[0]
    return bare, kept, _with_period(named, text)


_PERIODICAL = re.compile(
    r"(?<![0-9年か-ケ])(?:毎|ひと|1[かカヵヶケ箇]?|一[かカヵヶケ箇]?)?([月週日])(?:額|間|平均|々|(?:に|の)?(?:当た?り|あたり)|割り?(?!合))"
    r"|(?<![0-9年月])(?:毎|1[かカヵヶケ箇]|一[かカヵヶケ箇]|ひと|1(?=週|日))([月週日])(?![0-9曜次末])"
    r"|(?:^|[_(])([月週])の(?=平均|従事|作業|業務|処理|所要|取扱|受付|件数|時間|回数|利用料|使用料|費用|経費|支払|保守)"
)
"""A period in the words of a name (月額使用料, 週当たり件数, 毎月の件数), which its figures are for; 4月1日 is none."""


def _with_period(named: str, header: str) -> str:
    """The unit named for the period that the words of a header speak of, where the unit tells none."""
    found = _PERIODICAL.search(header)
    given = unit(named) if named else None
    if found is None or (given is not None and (given.per or given.dimension in ("", "persons", "years", "months"))):
        return named
    period = next(group for group in found.groups() if group)
    return f"{named}/{period}" if given is not None else named or f"{period}間"


def _named_unit(brackets: Sequence[str]) -> str:
    """The unit in the last brackets that name one (a lower header's before its group's), with a period beside it."""
    named = period = ""
    parts = [p for inside in reversed(brackets) for p in ([inside] if unit(inside) else re.split("[・、,]", inside))]
    for inside in parts:
        given = unit(inside)
        if given is None:
            continue
        text = inside.removeprefix("単位").lstrip(":・")
        if given.dimension in ("", "years", "months"):
            period = period or text
        else:
            named = named or text
    if named and period and unit(named).per == 0 and unit(f"{named}/{period[0]}") is not None:
        return f"{named}/{period[0]}"
    return named or period


@cache
def _dictionary(table: str) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """Folded header text → canonical columns of ``table`` that are called so, with the weight."""
    found: dict[str, dict[str, float]] = {}

    def add(text: str, column: str, weight: float) -> None:
        for key in {header_key(text)[0], folded(text)}:
            entry = found.setdefault(key, {})
            entry[column] = max(weight, entry.get(column, 0.0))

    patterns = load("headers")[table]
    for column, spec in tables()[table]["columns"].items():
        add(spec["label"]["ja"], column, EXACT)
        add(spec["label"]["en"].split("(")[0], column, EXACT)
        add(column, column, EXACT)
        for word in spec.get("synonyms", ()):
            add(word, column, SYNONYM)
        for word in patterns.get(column, {}).get("words", ()):
            add(word, column, SYNONYM - 0.01)
    if table == "survey":
        for item, entry in load("questionnaire")["items"].items():
            add(entry["ja"], item, EXACT)
            add(entry["en"], item, EXACT)
        for column, entry in load("questionnaire")["attributes"].items():
            add(entry["ja"], column, EXACT)
            add(entry["en"], column, EXACT)
    return {key: tuple(entry.items()) for key, entry in found.items()}


_JOINING = r"[ぁ-ん・/、,「」中]*(?:(?:要|係|関|掛|行|使|用|必要|主)[ぁ-ん]+)?等?[ぁ-ん・/、]*"
"""What a "~" in a pattern stands for: particles, endings of verbs, dots, 等."""


@dataclass(frozen=True)
class _Wording:
    """How headers of one column are worded: ``any_of`` finds whether one of ``patterns`` does."""

    column: str
    patterns: tuple[re.Pattern, ...]
    any_of: re.Pattern | None
    never: re.Pattern | None

    def ruled_out(self, text: str) -> bool:
        return self.never is not None and self.never.search(text) is not None


@cache
def _wordings(table: str) -> tuple[_Wording, ...]:
    found = []
    for column, entry in load("headers")[table].items():
        given = [p.replace("~", _JOINING) for p in entry.get("patterns", ())]
        found.append(_Wording(column, tuple(map(re.compile, given)), _either(given), _either(entry.get("never", ()))))
    return tuple(found)


def _either(patterns: Sequence[str]) -> re.Pattern | None:
    return re.compile("|".join(f"(?:{p})" for p in patterns)) if patterns else None


@lru_cache(maxsize=20_000)
def ruled_out(table: str, header: str) -> frozenset[str]:
    """Columns of ``table`` that a header cannot mean, whatever it is like (正職員数 is no column of hours)."""
    joined = _without_year(header_key(header)[1]).replace("_", "")
    return frozenset(w.column for w in _wordings(table) if w.ruled_out(joined))


@cache
def _generic() -> frozenset[str]:
    return frozenset(header_key(word)[0] for word in load("headers")["generic"]["headers"])


@cache
def _every_name() -> frozenset[str]:
    return frozenset(key for table in tables() for key in _dictionary(table))


@lru_cache(maxsize=20_000)
def is_known(header: str) -> bool:
    """Whether some table knows this header text by name."""
    bare, kept, _ = header_key(header)
    return bare in _every_name() or kept in _every_name() or bool(_question_number(bare))


@cache
def _any_pattern() -> re.Pattern | None:
    return _either([p.pattern for table in tables() for wording in _wordings(table) for p in wording.patterns])


@lru_cache(maxsize=20_000)
def is_worded(header: str) -> bool:
    """Whether a header text is worded as some column of some table is."""
    key = header_key(header)[1]
    hit = _any_pattern().search(key) if len(key) <= 40 else None
    return hit is not None and hit.end() - hit.start() > 0.55 * len(key)


@cache
def _answers() -> frozenset[str]:
    said = load("answers")
    words = [
        *(w for part in said["tri"].values() for w in part),
        *(w for part in said["missing"].values() for w in part),
    ]
    words += [
        w for t in load("spellings").values() for c in t.values() for k, ws in c.items() if k != "marks" for w in ws
    ]
    return frozenset(folded(word) for word in words)


@lru_cache(maxsize=20_000)
def is_answer(text: str) -> bool:
    """Whether a text is what people answer (無, 紙のみ, 該当なし), not what they ask."""
    return folded(text) in _answers()


def is_generic(header: str) -> bool:
    """Whether many lists have such a header, so that it is no evidence for a table."""
    return header_key(header)[0] in _generic()


_SAYS_LITTLE = frozenset(
    ["年間", "年", "月間", "月", "合計", "計", "総数", "実績", "数", "値", "人数", "時間", "件数", "有無"]
)
_SAYS_LITTLE |= frozenset(
    ["名称", "名", "区分", "状況", "内容", "日", "年月", "年度", "番号", "額", "金額", "率", "種別"]
)
_COUNTING = frozenset(["no", "no.", "番号", "通番", "連番", "項番", "#", "id", "順"])
_GRID = re.compile(r"[\[【](.{6,})[\]】]$")
"""The item of a question asked as a grid: どの程度できますか [表計算で集計できる]."""
_QUESTION = re.compile(r"^(?:q|問|設問|質問)[\s._-]*0?(\d{1,2})(?!\d)")


def _question_number(key: str) -> str | None:
    found = _QUESTION.match(key)
    return f"q{int(found[1]):02d}" if found and 1 <= int(found[1]) <= 20 else None


def _without_year(key: str) -> str:
    """A header without the year it speaks of (令和5年度実績_時間); the header itself where nothing else is left."""
    levels = [_YEAR.sub("", level) for level in key.split("_")]
    return "_".join(level for level in levels if level.strip("()")) or key


@lru_cache(maxsize=50_000)
def candidates(table: str, header: str) -> tuple[tuple[str, float, str], ...]:
    """Canonical columns that ``header`` may mean in ``table``: (column, weight, kind of evidence), best first."""
    bare, kept, _ = header_key(header)
    bare, kept = _without_year(bare), _without_year(kept)
    if not bare:
        return ()
    found: dict[str, tuple[float, str]] = {}

    def offer(column: str, weight: float, kind: str) -> None:
        if weight > found.get(column, (0.0, ""))[0]:
            found[column] = (weight, kind)

    known = _dictionary(table)
    levels = bare.split("_")
    # What stands in brackets may turn the meaning: 業務時間（正規職員） is not 業務時間.
    plain = 1.0 if kept == bare else 0.9
    for key, factor in ((kept, 1.0), (bare, plain), (bare.replace("_", ""), plain)):
        for column, weight in known.get(key, ()):
            offer(column, weight * factor, "dictionary")
    if len(levels) > 1:
        own = kept.rsplit("_", 1)[-1]
        for key, factor in ((own, 1.0), (levels[-1], 1.0 if own == levels[-1] else 0.9)):
            for column, weight in known.get(key, ()):
                offer(column, weight * LAST_LEVEL * factor, "dictionary")
        for column, weight in known.get(levels[0], ()):
            offer(column, weight * 0.55, "group")
    if levels[-1] in _COUNTING:
        # A column that counts the rows is the number of the record only where no other column says so itself.
        found = {column: (weight * 0.9, kind) for column, (weight, kind) in found.items()}
    if table == "survey":
        _offer_questions(bare, kept, offer)
    joined = kept.replace("_", "")
    # 「年間」 or 「計」 under a name says nothing without it.
    own_levels = kept.split("_")
    last = "".join(own_levels[-2:]) if own_levels[-1] in _SAYS_LITTLE else own_levels[-1]
    both = ((joined, 1.0), (last, 0.97))
    asked = dict.fromkeys((joined, last))
    for wording in _wordings(table):
        column = wording.column
        hit = wording.any_of is not None and any(map(wording.any_of.search, asked))
        if not hit and column not in found:
            continue
        # A group's name may help its columns, but not rule out what a column's own name says.
        texts = [(text, factor) for text, factor in both if not wording.ruled_out(text)]
        if not texts and found.get(column, (0.0, ""))[0] < 0.9:
            found.pop(column, None)
            continue
        for i, pattern in enumerate(wording.patterns if hit else ()):
            for text, factor in texts:
                hit = pattern.search(text)
                if hit and text is joined and hit.end() <= len(joined) - len(last):
                    factor *= 0.6  # the group's name alone
                if hit:
                    share = (hit.end() - hit.start()) / len(text)
                    offer(column, (PATTERN - 0.02 * min(i, 2) + 0.1 * share) * factor, "pattern")
    if not any(weight > 0.9 for weight, _ in found.values()):
        others = ruled_out(table, header)
        for name, likeness in _alike(table, bare):
            for column, _ in known[name]:
                if column not in others:
                    offer(column, likeness, "likeness")
    return tuple(sorted(((c, w, k) for c, (w, k) in found.items()), key=lambda entry: -entry[1]))


def _alike(table: str, key: str) -> list[tuple[str, float]]:
    """Dictionary names like ``key``: by edits, or contained in it."""
    if len(key) < 3 or len(key) > 40:
        return []
    names = _dictionary(table)
    near = process.extract(key, names.keys(), scorer=fuzz.ratio, limit=4, score_cutoff=70)
    result = [(name, 0.3 + 0.5 * (score / 100)) for name, score, _ in near if len(name) > 2]
    return result + [(n, INSIDE - 0.12 + 0.2 * len(n) / len(key)) for n in _long_names(table) if n in key]


@cache
def _long_names(table: str) -> tuple[str, ...]:
    """Dictionary names that say something where they are part of a header."""
    return tuple(name for name in _dictionary(table) if len(name) >= 4)


def _offer_questions(bare: str, kept: str, offer) -> None:
    numbered = _question_number(bare)
    asked = _GRID.search(kept)
    body = asked[1] if asked else _QUESTION.sub("", bare.rsplit("_", 1)[-1]).strip("._-:、 ")
    likest: list[tuple[float, str]] = []
    if len(body) >= 6:
        for item, entry in load("questionnaire")["items"].items():
            text = folded(entry["ja"])
            english = folded(entry["en"])
            likeness = max(fuzz.ratio(body, text), fuzz.ratio(body, english)) / 100
            shared = LCSseq.similarity(body, text) / max(6, min(len(body), len(text)))
            likest.append((max(likeness, 0.9 * shared if len(body) > 9 else 0.0), item))
        likest.sort(reverse=True)
    if likest and likest[0][0] >= 0.62 and likest[0][0] - likest[1][0] > 0.08:
        offer(likest[0][1], 0.55 + 0.45 * likest[0][0], "question")
        return
    item, surely = _item_by_words(body)
    if item:
        offer(item, surely, "question")
    elif numbered and (
        len(body) < 6 or any(word in body for word in load("questionnaire")["items"][numbered]["words"])
    ):
        # The number alone decides only where no text contradicts it.
        offer(numbered, 0.9 if len(body) < 6 else 0.62, "question")


def _item_by_words(body: str) -> tuple[str, float]:
    """The item of the questionnaire that a question paraphrases, by words of one item and no other; "" where none."""
    words = _item_words()
    said = {word for word in words if word in body}
    said = {word for word in said if not any(word != other and word in other for other in said)}
    found: dict[str, float] = {}
    for word in said:
        for item in words[word]:
            found[item] = found.get(item, 0.0) + 1.0 / len(words[word])
    ranked = sorted(((weight, item) for item, weight in found.items()), reverse=True)
    if not ranked or ranked[0][0] < ENOUGH_WORDS or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < APART):
        return "", 0.0
    return ranked[0][1], min(0.9, 0.6 + 0.08 * ranked[0][0])


ENOUGH_WORDS, APART = 1.0, 0.5
"""Words of one item that a paraphrase must hold, and by how many it must be ahead of the next item."""


@cache
def _item_words() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for item, entry in load("questionnaire")["items"].items():
        for word in entry["words"]:
            found.setdefault(folded(word), []).append(item)
    return {word: tuple(items) for word, items in found.items()}


def header_unit(header: str) -> str:
    """The unit that a header names in brackets, or "" ."""
    return header_key(header)[2]
