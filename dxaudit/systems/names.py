"""Which written names mean the same name: width, kana, versions, editions and legal forms folded away.

A name becomes a *key* (folded text), a *stem* (without version, edition and the word for "system") and a *sound*
(romaji with the differences that a Japanese ear does not hear folded away), so that ガルーン and Garoon meet.
The words are in ``vocabulary/names.toml``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz

from dxaudit.vocabulary import load

_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺ])-")
_TRAILING_LONG = re.compile(r"(?<=[ァ-ヺー][ァ-ヺ])ー(?![ァ-ヺー])")
_SPACE_BESIDE_JAPANESE = re.compile(r"(?<=[^ -~]) +| +(?=[^ -~])")
_ROMAN = re.compile("[Ⅰ-Ⅻⅰ-ⅻ]")
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"[0-9一二三四五六七八九十元]|[ivx](?![a-z])")
BRACKETS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Name:
    """One written name, taken apart.

    Attributes
    ----------
    key : str
        Folded text, brackets opened.
    stem : str
        The key without version, edition, age and the final word for "system".
    aliases : tuple of str
        Stems of what stood in brackets: ``RaMS（冷媒管理システム）`` has two names.
    """

    key: str
    stem: str
    aliases: tuple[str, ...]


@cache
def _characters() -> dict[int, str | None]:
    spec = load("names")["characters"]
    table: dict[int, str | None] = {ord(c): "-" for c in spec["dashes"]}
    table |= {ord(c): None for c in spec["drop"]}
    table |= {ord(c): " " for c in spec["joiners"]}
    table |= {ord(c): "(" for c in spec["opening"]}
    table |= {ord(c): ")" for c in spec["closing"]}
    table |= {ord(old): new for old, new in spec["variants"].items()}
    return table


def _plain(text: str) -> str:
    """Width, case, kana and punctuation folded; nothing of meaning is lost here."""
    # A Roman numeral is a word of its own (ReamsⅡ介護), which its letters would no longer show.
    text = _ROMAN.sub(r" \g<0> ", text)
    text = unicodedata.normalize("NFKC", text).lower().translate(_characters())
    if " " in text or "\u3000" in text or "\n" in text or "\t" in text:
        text = _SPACES.sub(" ", text)
        # Letters that come to stand beside their marks now join them.
        text = unicodedata.normalize("NFKC", _SPACE_BESIDE_JAPANESE.sub("", text).strip())
    text = _LONG_VOWEL.sub("ー", text.translate(_KATAKANA))
    return _TRAILING_LONG.sub("", text) if "ー" in text else text


@cache
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs = {_plain(old): _plain(new) for old, new in load("names")["spellings"].items()}
    longest_first = sorted(pairs, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), pairs


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """``text`` as everything in this room compares it; idempotent.

    Full and half width, upper and lower case, hiragana and katakana, dashes and long vowels, and the spellings of
    ``names.toml`` become one.
    """
    pattern, pairs = _spellings()
    return pattern.sub(lambda match: pairs[match.group()], _plain(text))


@cache
def _version_pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in load("names")["versions"]["patterns"]))


def _alternatives(words: list[str]) -> str:
    folded = sorted({fold(w) for w in words}, key=len, reverse=True)
    return "|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in folded)


@cache
def _edition_pattern() -> re.Pattern[str]:
    return re.compile(_alternatives(load("names")["versions"]["editions"]))


@cache
def _age_pattern() -> re.Pattern[str]:
    return re.compile(rf"^(?:\(?(?:{_alternatives(load('names')['versions']['ages'])})\)?)(?=..)")


@cache
def _suffix_pattern() -> re.Pattern[str]:
    words = load("names")["generic"]["suffixes"]
    return re.compile(rf"(?:{_alternatives(words)}|等|用|版)+$")


def _stem(key: str) -> str:
    """Key without version, edition, age and final generic word; the key itself where nothing would remain."""
    found = _version_pattern().sub(" ", key) if _NUMBER.search(key) else key
    found = _edition_pattern().sub(" ", found)
    if " " in found:
        found = _SPACES.sub(" ", found)
    found = found.strip(" -.")
    found = _age_pattern().sub("", found) or found
    found = _suffix_pattern().sub("", found).strip(" -.")
    return (_SPACE_BESIDE_JAPANESE.sub("", found) if " " in found else found) or key


@lru_cache(maxsize=1 << 16)
def parse(written: str) -> Name:
    """A written name taken apart; see `Name`."""
    key = fold(written)
    outside, inside = key, []
    if "(" in key or ")" in key:
        inside = [part.strip() for part in BRACKETS.findall(key)]
        outside = BRACKETS.sub(" ", key).replace("(", " ").replace(")", " ")
        outside = _SPACE_BESIDE_JAPANESE.sub("", _SPACES.sub(" ", outside).strip())
        if not outside and inside:
            outside, inside = inside[0], inside[1:]
    aliases = tuple(dict.fromkeys(stem for part in inside if len(stem := _stem(part)) > 1))
    return Name(key.replace("(", "").replace(")", ""), _stem(outside), aliases)


_KANA_ROWS = {
    "a": "アカサタナハマヤラワガザダバパァャヮ",
    "i": "イキシチニヒミ リヰギジヂビピィ ",
    "u": "ウクスツヌフムユル グズヅブプゥュッ",
    "e": "エケセテネヘメ レヱゲゼデベペェ ",
    "o": "オコソトノホモヨロヲゴゾドボポォョ",
}
_CONSONANTS = {
    **dict.fromkeys("カキクケコ", "k"), **dict.fromkeys("サスセソ", "s"), "シ": "sh", **dict.fromkeys("タテト", "t"),
    "チ": "ch", "ツ": "ts", **dict.fromkeys("ナニヌネノ", "n"), **dict.fromkeys("ハヒヘホ", "h"), "フ": "f",
    **dict.fromkeys("マミムメモ", "m"), **dict.fromkeys("ヤユヨ", "y"), **dict.fromkeys("ラリルレロ", "r"), "ワ": "w",
    **dict.fromkeys("ガギグゲゴ", "g"), **dict.fromkeys("ザズゼゾヅ", "z"), "ジ": "j", "ヂ": "j",
    **dict.fromkeys("ダデド", "d"), **dict.fromkeys("バビブベボ", "b"), **dict.fromkeys("パピプペポ", "p"),
}  # fmt: skip
_SMALL = {"ャ": "ya", "ュ": "yu", "ョ": "yo", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ヮ": "wa"}
_VOWEL = {kana: vowel for vowel, row in _KANA_ROWS.items() for kana in row if kana != " "}


def romaji(text: str) -> str:
    """Kana of a folded text in Latin letters, long vowels and double consonants left out; the rest as it is."""
    found: list[str] = []
    for char in text:
        if char in _SMALL:
            if found and found[-1][-1:] in "aiueo" and len(found[-1]) > 1:
                last, small = found.pop()[:-1], _SMALL[char]
                found.append(last + (small[1:] if last in ("sh", "ch", "j") and small[0] == "y" else small))
            else:
                found.append(_SMALL[char])
        elif char == "ン":
            found.append("n")
        elif char == "ヴ":
            found.append("bu")
        elif char in "ッー":
            continue
        elif char in _VOWEL:
            found.append(_CONSONANTS.get(char, "") + _VOWEL[char])
        else:
            found.append(char)
    return "".join(found)


_EAR = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"r(?![aiueoy])", ""), (r"tion", "shon"), (r"ph", "f"), (r"ck|q", "k"), (r"c(?=[eiy])", "s"), (r"ch", "c"),
        (r"x", "kus"), (r"th", "s"), (r"sh", "s"), (r"l", "r"), (r"v", "b"), (r"y(?![aiueo])", "i"), (r"w", "u"),
        (r"j", "z"), (r"ts", "t"), (r"hu", "fu"), (r"c", "k"), (r"[^a-z0-9]", ""), (r"[aiueo]+", "a"),
        (r"(.)\1+", r"\1"),
    )
]  # fmt: skip


@lru_cache(maxsize=1 << 16)
def sound(text: str) -> str:
    """What a Japanese ear hears of a Latin or kana name: consonants, with any vowel as ``a``.

    ``sound("ガルーン") == sound("Garoon")``. Empty where the text holds kanji, which have no one reading.
    """
    key = fold(text)
    if any("一" <= c <= "鿿" or c in "々〆" for c in key):
        return ""
    heard = romaji(key)
    for pattern, to in _EAR:
        heard = pattern.sub(to, heard)
    # The vowel that Japanese puts after a consonant (サイボウズ for Cybozu) is not heard: only consonants count.
    return heard[:1] + heard[1:].replace("a", "")


_ENGLISH = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"\bkn", "n"), (r"\bwr", "r"), (r"mb\b", "m"), (r"dge?", "j"), (r"tch", "ch"),
        (r"igh", "ai"), (r"ign\b", "ain"), (r"ds", "z"), (r"ture\b", "cha"), (r"(?<=[aiueo])re\b", "a"), (r"wh", "w"),
        (r"m(?=[pb])", "n"),
        (r"(?:ti|si|ssi)on\b", "shon"), (r"oo", "u"), (r"ee|ea", "i"), (r"(?<=[a-z])e\b", ""),
    )
]  # fmt: skip
_ONE_SOUND = re.compile(r"(.)\1+")
_SOFT_G = re.compile(r"g(?=[eiy])")


@lru_cache(maxsize=1 << 14)
def loan_sounds(text: str) -> frozenset[str]:
    """What Japanese makes of an English name, and what a kana name sounds like: consonants, s and z being one.

    Several where English spelling leaves it open (g in engine, gear). ``loan_sounds("School Engine")`` and
    ``loan_sounds("スクールエンジン")`` have one in common. Empty where the text is too short to tell or holds kanji.
    """
    key = fold(text)
    found = set()
    for spelling in {key, _SOFT_G.sub("j", key)}:
        heard = sound(_spoken(spelling)).replace("z", "s")
        # The glide of コンピュータ, フューチャー has no letter in English.
        found.add(_ONE_SOUND.sub(r"\1", heard[:1] + heard[1:].replace("y", "")))
    return frozenset(h for h in found if len(h) > 2)


def _spoken(key: str) -> str:
    """English spelling nearer to how it is spoken."""
    for pattern, to in _ENGLISH:
        key = pattern.sub(to, key)
    return key


def loan_word(one: str, other: str) -> bool:
    """Whether two names that sound alike are one in Latin letters and one in kana, with vowels that fit."""
    scripts = [(any("a" <= c <= "z" for c in n), any("ァ" <= c <= "ヺ" for c in n)) for n in map(fold, (one, other))]
    if scripts[0] == scripts[1] or not any(kana for _, kana in scripts):
        return False
    spoken = [
        _LIKE_ROMAJI.sub(lambda m: _TO_ROMAJI[m.group()], romaji(_spoken(fold(name))).replace(" ", ""))
        for name in (one, other)
    ]
    # Few consonants prove little (Rank, リンク): there the vowels have to agree too.
    short = min(len(h) for name in (one, other) for h in loan_sounds(name) or ("",)) <= 3
    return fuzz.ratio(*spoken) >= (70 if short else 50)


_TO_ROMAJI = {"l": "r", "v": "b", "ck": "k", "c": "k", "ph": "f", "q": "k", "x": "kusu", "th": "s", "ch": "ch"}
_LIKE_ROMAJI = re.compile("ck|ph|th|ch|[lvcqx]")
