"""Which written names mean the same name: width, kana, versions, editions and legal forms folded away.

A name becomes a *key* (folded text) and a *stem* (without version, edition and the word for "system"). Lists are folded
together, as lines of one text: a regular expression that runs once over many names costs a fraction of as many runs.
The words are in ``vocabulary/names.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from dxaudit.systems.terms import TermIndex
from dxaudit.vocabulary import load

_FEW = 100
# A wave between kana is a long vowel: ささえ～る.
_WAVES = "~〜～"
_WAVE = re.compile("(?<=[ぁ-ゖァ-ヺ])[~〜～](?=[ぁ-ゖァ-ヺ])")
# A dash behind kana is a long vowel, with all the dashes, bars and spaces that stand around it.
_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺ])[ー\- ]*-[ー\- ]*")
# Looking back from behind the one character that goes lets the search skip to where that character stands.
_TRAILING_LONG = re.compile("ー(?<=[ァ-ヺー][ァ-ヺ]ー)(?![ァ-ヺー])")
# Lines of names end in a line break, which counts as Japanese here: spaces at their ends go.
_SPACE_BESIDE_JAPANESE = re.compile(" (?:(?<=[^ -~] )|(?=[^ -~]))")
_SPACES = re.compile(" {2,}")
_KATAKANA = re.compile("[ァ-ヺー]{2,}")
_KANA_RUN = re.compile("[ァ-ヺ][ァ-ヺー]{2,}")
_LETTER = re.compile("[a-z0-9]")
_QUOTED = re.compile("[「『｢]([^「『｢」』｣]+)[」』｣]")
_QUOTE = re.compile("[「『｢]")
_NO_MARKS: frozenset[str] = frozenset()
_BRACKETS = re.compile(r"\(([^()]*)\)")


class Name(NamedTuple):
    """One written name, taken apart.

    Attributes
    ----------
    key : str
        Folded text, brackets opened.
    stem : str
        The key without version, edition, age and the final word for "system".
    aliases : tuple of str
        Stems of what stood in brackets: ``RaMS（冷媒管理システム）`` has two names.
    outside : str
        Folded text without what stood in brackets; ``""`` where all of it did.
    quoted : frozenset of str
        Those of the aliases that stood in quotation marks: names, whatever their words.
    """

    key: str
    stem: str
    aliases: tuple[str, ...]
    outside: str
    quoted: frozenset[str] = frozenset()


@cache
def _mixed_up() -> dict[int, str | None]:
    """Characters that people mix without meaning a difference."""
    spec = load("names")["characters"]
    table: dict[int, str | None] = {ord(c): "-" for c in spec["dashes"]}
    table |= {ord(c): None for c in spec["drop"]}
    table |= {ord(c): " " for c in spec["joiners"]}
    table |= {ord(c): "(" for c in spec["opening"]}
    table |= {ord(c): ")" for c in spec["closing"]}
    table |= {ord(old): new for old, new in spec["variants"].items()}
    return table | {hiragana: chr(hiragana + 0x60) for hiragana in range(0x3041, 0x3097)}


class _Characters(dict[int, str]):
    """What each character folds to by itself: width, case, kana and punctuation; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char).lower().translate(_mixed_up())
        folded = "".join(" " if c.isspace() and c != "\n" else c for c in folded)
        # A Roman numeral is a word of its own (ReamsⅡ介護), which its letters would no longer show.
        self[code] = f" {folded} " if "Ⅰ" <= char <= "Ⅻ" or "ⅰ" <= char <= "ⅻ" else folded
        return self[code]


_CHARACTERS = _Characters()


def as_lines(texts: Sequence[str]) -> str:
    """Texts as the lines of one text, a break of their own made a space."""
    joined = "\n".join(texts)
    return joined if joined.count("\n") < len(texts) else "\n".join(t.replace("\n", " ") for t in texts)


def _plain(lines: str) -> str:
    """Width, case, kana and punctuation folded; nothing of meaning is lost here."""
    if any(wave in lines for wave in _WAVES):
        lines = _WAVE.sub("ー", lines)
    lines = lines.translate(_CHARACTERS)
    if " " in lines:
        lines = _without_needless_spaces(lines)
    lines = _TRAILING_LONG.sub("", _LONG_VOWEL.sub("ー", lines))
    # Letters that come to stand beside their marks join them.
    return lines if unicodedata.is_normalized("NFKC", lines) else _plain(unicodedata.normalize("NFKC", lines))


def _without_needless_spaces(lines: str) -> str:
    """Lines without spaces at their ends, beside Japanese, and beside another space."""
    return _SPACE_BESIDE_JAPANESE.sub("", _SPACES.sub(" ", f"\n{lines}\n"))[1:-1]


@cache
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = {_plain(old): _plain(new) for old, new in load("names")["spellings"].items()}
    common, spelled = _any_of(pairs), dict(pairs)
    for system in load("national")["systems"].values():
        names = [_plain(name) for name in system["names"]]
        # Their own words are respelled first, so that no name comes to hold another one of itself.
        respelled = [common.sub(lambda match: spelled[match.group()], name) for name in names]
        one = _short(respelled[0])
        ends = {other: "システム" if other.endswith("システム") else "" for other in (*names, *respelled, one)}
        pairs |= {other: one + end for other, end in ends.items()}
    return _any_of(pairs), pairs


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern of any of the words, the longest first; those of one first character share its branch."""
    branches: dict[str, list[str]] = {}
    # Of two words that begin alike the Latin one can only be the shorter: eMAFF, eMAFF農地ナビ.
    for word in sorted(words, key=lambda w: (w.isascii(), -len(w))):
        first, rest = re.escape(word[0]), re.escape(word[1:])
        latin = rf"{first}(?<![a-z]{first})"
        branches.setdefault(latin if word.isascii() else first, []).append(
            rf"{rest}(?![a-z])" if word.isascii() else rest
        )
    return re.compile("|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in branches.items()))


def _short(name: str) -> str:
    return name.removesuffix("システム")


@cache
def national_systems() -> dict[str, Mapping[str, Any]]:
    """Systems given to all municipalities (``national.toml``) by the folded name that stands for all their names."""
    systems = load("national")["systems"].values()
    return dict(zip(fold_all([_short(s["names"][0]) for s in systems]), systems, strict=True))


@cache
def _kana_names() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Names in kana and what may follow them in one run of kana (デスクネッツネオ): the run, its parts, their Latin."""
    spec = load("names")
    names = {_plain(old): _plain(new) for old, new in spec["kana_names"].items()}
    behind = {_plain(old): _plain(new) for old, new in spec["kana_options"].items()}
    one, more = ("|".join(sorted(words, key=len, reverse=True)) for words in (names, names | behind))
    # A particle stays: ガルーンで.
    whole = re.compile(f"((?:{one})(?:{more})*)([ノデヲニハトガ]?)")
    return whole, re.compile(more), behind | names


@lru_cache(maxsize=1 << 16)
def _in_latin(run: str) -> str:
    """A run of kana that is made of known names, in Latin letters; any other as it is."""
    whole, part, latin = _kana_names()
    found = whole.fullmatch(run)
    return run if found is None else " ".join(latin[word] for word in part.findall(found[1])) + found[2]


def _respelled(lines: str) -> str:
    """Lines with the spellings and names of ``names.toml``, words that come to stand side by side kept apart."""

    def name(run: re.Match[str]) -> str:
        word = _in_latin(run[0])
        if word == run[0]:
            return word
        before = " " if _LETTER.match(lines[run.start() - 1 : run.start()]) and word[0].isascii() else ""
        return before + word + (" " if _LETTER.match(lines, run.end()) and word[-1].isascii() else "")

    pattern, pairs = _spellings()
    lines = _KANA_RUN.sub(name, lines)
    return pattern.sub(lambda match: pairs[match.group()], lines)


@cache
def _respelled_words() -> TermIndex:
    """Words of which one stands in every text that `_respelled` writes in another way."""
    words = list(_spellings()[1].keys() | {_plain(name) for name in load("names")["kana_names"]})
    return TermIndex(words, [True] * len(words))


def fold_all(texts: Sequence[str]) -> list[str]:
    """`fold` of many texts at once."""
    if not texts:
        return []
    folded = _plain(as_lines(texts)).split("\n")
    # Few of many texts hold a word to respell, and the index finds them faster than the patterns do.
    places = _respelled_words().holders(folded) if len(folded) > _FEW else range(len(folded))
    respelled = _respelled("\n".join([folded[place] for place in places])).split("\n") if places else []
    changed = {place: text for place, text in zip(places, respelled, strict=True) if text != folded[place]}
    # A word that was put in may stand beside another one now: ウェブズーム, first webズーム.
    for place, text in zip(changed, fold_all(list(changed.values())), strict=True):
        folded[place] = text
    return folded


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """``text`` as everything in this room compares it; idempotent.

    Full and half width, upper and lower case, hiragana and katakana, dashes and long vowels, and the spellings of
    ``names.toml`` become one.
    """
    return fold_all([text])[0]


def alternatives(words: Iterable[str], *, apart: bool = False) -> str:
    """A pattern of any of the words, folded, the longest first.

    No letter stands beside a Latin word, no kana behind one of kana (クラウド in クラウドサイン is part of a name), and
    with ``apart`` none before it either (ジオクラウド).
    """
    folded = sorted(set(fold_all(list(words))), key=len, reverse=True)
    return "|".join(_whole_word(w) if w.isascii() else _whole_kana(w, apart) for w in folded)


def _whole_kana(word: str, apart: bool) -> str:
    if not _KATAKANA.fullmatch(word):
        return re.escape(word)
    return rf"{word[0]}{f'(?<![ァ-ヺー]{word[0]})' if apart else ''}{word[1:]}(?![ァ-ヺー])"


def _whole_word(latin: str) -> str:
    # Looking back after the first letter lets the search skip to places where some word begins.
    return rf"{re.escape(latin[0])}(?<![a-z]{re.escape(latin[0])}){re.escape(latin[1:])}(?![a-z])"


@cache
def _version_pattern() -> re.Pattern[str]:
    spec = load("names")["versions"]
    # Most places are passed with one look at their character.
    return re.compile(rf"(?=[{spec['begins']}])(?:{'|'.join(spec['patterns'])})", re.MULTILINE)


@cache
def _edition_pattern() -> re.Pattern[str]:
    return re.compile(alternatives(load("names")["versions"]["editions"], apart=True))


@cache
def _age_pattern() -> re.Pattern[str]:
    return re.compile(rf"^(?:\(?(?:{alternatives(load('names')['versions']['ages'])})\)?)(?=..)", re.MULTILINE)


@cache
def _short_forms() -> tuple[re.Pattern[str], dict[str, str]]:
    """What a module is called for short (軽自, 固定), where it stands as a word of its own."""
    pairs = {fold(old): fold(new) for old, new in load("names")["short_forms"].items()}
    # Looking back after the first letter lets the search skip to places where some word begins.
    words = "|".join(
        rf"{w[0]}(?<![一-鿿々ァ-ヺー]{w[0]}){re.escape(w[1:])}" for w in sorted(pairs, key=len, reverse=True)
    )
    behind = alternatives(load("names")["generic"]["suffixes"])
    return re.compile(rf"({words})(管理)?(?=(?:{behind})?(?:[ -~\n]|$))"), pairs


def _unabbreviated(keys: list[str]) -> list[str]:
    pattern, pairs = _short_forms()

    def whole(match: re.Match[str]) -> str:
        word = pairs[match[1]]
        return word if word.endswith("管理") else word + (match[2] or "")

    return pattern.sub(whole, "\n".join(keys)).split("\n")


@cache
def _use_pattern() -> re.Pattern[str]:
    """In or behind brackets, for whom or what a terminal is (税証明用, 照会端末): no other system."""
    words = "|".join(map(re.escape, fold_all(load("names")["generic"]["uses"])))
    inside = rf"(?<=\()(?:[一-鿿々]{{1,6}}[用分]|(?:{words}){{1,2}}用?)(?=\))"
    behind = rf"(?<=\))[一-鿿々]{{1,6}}[用分]$|(?<=[a-z0-9])[一-鿿々]{{0,2}}(?:証明|{words})用(?=\)|$)"
    return re.compile(f"{inside}|{behind}", re.MULTILINE)


def _without_uses(keys: list[str]) -> list[str]:
    """Keys without what `_use_pattern` finds, which stands in brackets or ends in 用."""
    found = list(keys)
    places = [place for place, key in enumerate(keys) if "(" in key or "用" in key]
    lines = _use_pattern().sub("", "\n".join([keys[place] for place in places])).split("\n")
    for place, line in zip(places, lines, strict=False):
        found[place] = line
    return found


@cache
def _suffix_pattern() -> re.Pattern[str]:
    spec = load("names")["generic"]
    kept = "".join(rf"(?<!\b{re.escape(word)} )" for word in fold_all(spec["kept_before_suffix"]))
    return re.compile(rf"{kept}(?:{alternatives(spec['suffixes'])}|等|用|版)+$", re.MULTILINE)


def _stems(keys: list[str]) -> list[str]:
    """Keys without version, edition, age and final generic word."""
    if not keys:
        return []
    lines = _edition_pattern().sub(" ", _version_pattern().sub(" ", "\n".join(keys)))
    lines = _age_pattern().sub("", _bare_ends(_SPACES.sub(" ", lines)))
    lines = _bare_ends(_suffix_pattern().sub("", lines))
    return _without_needless_spaces(lines).split("\n")


def _bare_ends(lines: str) -> str:
    return "\n".join([line.strip(" -.") for line in lines.split("\n")])


def parse_all(written: Sequence[str]) -> list[Name]:
    """`parse` of many names at once."""
    keys = _without_uses(_unabbreviated(fold_all(written))) if written else []
    inside = {key: [part.strip() for part in _BRACKETS.findall(key)] for key in keys if "(" in key or ")" in key}
    bare = [_BRACKETS.sub(" ", key).replace("(", " ").replace(")", " ") for key in inside]
    outside = dict(zip(inside, _without_needless_spaces("\n".join(bare)).split("\n"), strict=False))
    pieces = list(
        dict.fromkeys([outside.get(key, key) for key in keys] + [p for held in inside.values() for p in held])
    )
    stem = dict(zip(pieces, _stems(pieces), strict=True))
    marked = [frozenset(_QUOTED.findall(text)) if _QUOTE.search(text) else _NO_MARKS for text in written]
    said = list(dict.fromkeys(part for held in marked for part in held))
    bare_stem = dict(zip(said, _stems([key.strip("() ") for key in fold_all(said)]), strict=True))
    names: dict[tuple[str, frozenset[str]], Name] = {}
    for key, marks in zip(keys, marked, strict=True):
        if (key, marks) in names:
            continue
        if key not in inside:
            names[key, marks] = Name(key, stem[key] or key, (), key)
            continue
        # What stands in brackets is no name where nothing of it would remain: LGWAN版.
        first, *others = [part for part in (outside[key], *inside[key]) if part] or [""]
        aliases = tuple(dict.fromkeys(stem[part] for part in others if len(stem[part]) > 1))
        quoted = frozenset(bare_stem[mark] for mark in marks) & frozenset(aliases)
        whole = key.replace("(", "").replace(")", "")
        names[key, marks] = Name(whole, stem.get(first) or first, aliases, outside[key], quoted)
    return [names[pair] for pair in zip(keys, marked, strict=True)]


@lru_cache(maxsize=1 << 16)
def parse(written: str) -> Name:
    """A written name taken apart; see `Name`."""
    return parse_all([written])[0]
