"""Which names sound alike to a Japanese ear, though one is written in Latin letters and the other in kana.

A *sound* is romaji with the differences that are not heard folded away, so that ガルーン and Garoon meet. Kanji have no
one reading and so no sound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz

from dxaudit.systems.names import fold_all
from dxaudit.vocabulary import load

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
_SYLLABLES = {
    **{kana: _CONSONANTS.get(kana, "") + vowel for vowel, row in _KANA_ROWS.items() for kana in row if kana != " "},
    **_SMALL, "ン": "n", "ヴ": "bu", "ッ": "", "ー": "",
}  # fmt: skip
_LATIN = str.maketrans(_SYLLABLES)


def _glide(consonant: str, small: str) -> str:
    """キャ, シャ, ティ: a consonant with the vowel of the small kana."""
    return consonant + (small[1:] if consonant in ("sh", "ch", "j") and small[0] == "y" else small)


_GLIDES = {
    kana + small: _glide(said[:-1], vowel)
    for kana, said in _SYLLABLES.items()
    for small, vowel in _SMALL.items()
    if len(said) > 1 and kana not in _SMALL
}
_GLIDE = re.compile(f"([{''.join(sorted({pair[0] for pair in _GLIDES}))}])[ッー]*([{''.join(_SMALL)}])")


def romaji(text: str) -> str:
    """Kana of a folded text in Latin letters, long vowels and double consonants left out; the rest as it is."""
    return _GLIDE.sub(lambda match: _GLIDES[match[1] + match[2]], text).translate(_LATIN)


_EAR = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"r(?![aiueoy])", ""), (r"tion", "shon"), (r"ph", "f"), (r"ck|q", "k"), (r"c(?=[eiy])", "s"), (r"ch", "c"),
        (r"x", "kus"), (r"th", "s"), (r"sh", "s"), (r"l", "r"), (r"v", "b"), (r"y(?![aiueo])", "i"), (r"w", "u"),
        (r"j", "z"), (r"ts", "t"), (r"hu", "fu"), (r"c", "k"), (r"[^a-z0-9\n]+", ""), (r"[aiueo]+", "a"),
    )
]  # fmt: skip
# The vowel that Japanese puts after a consonant (サイボウズ for Cybozu) is not heard: only consonants count.
_UNHEARD = re.compile("a(?<=.a)")
_KANJI = re.compile("[一-鿿々〆]")


def _heard(keys: Sequence[str]) -> list[str]:
    """`sound` of folded texts."""
    lines = romaji("\n".join("" if _KANJI.search(key) else key for key in keys))
    for pattern, to in _EAR:
        lines = pattern.sub(to, lines)
    return _UNHEARD.sub("", undoubled(lines)).split("\n") if keys else []


def undoubled(lines: str) -> str:
    """Lines in which no character stands twice in a row."""
    # A regular expression with a group and its echo takes longer than all others together.
    codes = np.frombuffer(lines.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kept = np.ones(len(codes), dtype=bool)
    kept[1:] = (codes[1:] != codes[:-1]) | (codes[1:] == ord("\n"))
    return codes[kept].tobytes().decode("utf-32-le", "surrogatepass")


def sound_all(texts: Sequence[str]) -> list[str]:
    """`sound` of many texts at once."""
    return _heard(fold_all(texts))


@lru_cache(maxsize=1 << 16)
def sound(text: str) -> str:
    """What a Japanese ear hears of a Latin or kana name: consonants, with a vowel in front as ``a``.

    ``sound("ガルーン") == sound("Garoon")``. Empty where the text holds kanji, which have no one reading.
    """
    return sound_all([text])[0]


_LETTERS = {
    "エー": "a", "エイ": "a", "ビー": "b", "シー": "c", "ディー": "d", "デー": "d", "イー": "e", "エフ": "f",
    "ジー": "g", "エイチ": "h", "エッチ": "h", "アイ": "i", "ジェイ": "j", "ジェー": "j", "ケイ": "k", "ケー": "k",
    "エル": "l", "エム": "m", "エヌ": "n", "オー": "o", "ピー": "p", "キュー": "q", "アール": "r", "エス": "s",
    "ティー": "t", "テイ": "t", "ユー": "u", "ブイ": "v", "ヴイ": "v", "ダブリュー": "w", "エックス": "x", "ワイ": "y",
    "ゼット": "z",
}  # fmt: skip
_BY_NAME = {name.removesuffix("ー"): letter for name, letter in _LETTERS.items()}
_LETTER = re.compile(f"(?:{'|'.join(sorted(_BY_NAME, key=len, reverse=True))})ー?")
_SPELLED = re.compile(f"(?:{_LETTER.pattern}){{3,}}")


def letters(key: str) -> str:
    """A folded name that spells Latin letters (エヌティティ) as these letters (ntt); any other as it is."""
    if not _SPELLED.fullmatch(key):
        return key
    return _LETTER.sub(lambda match: _BY_NAME[match.group().removesuffix("ー")], key)


_ENGLISH = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"\bkn", "n"), (r"\bwr", "r"), (r"mb\b", "m"), (r"dge?", "j"), (r"tch", "ch"),
        (r"igh", "ai"), (r"ign\b", "ain"), (r"ds", "z"), (r"ture\b", "cha"), (r"(?<=[aiueo])re\b", "a"), (r"wh", "w"),
        (r"m(?=[pb])", "n"),
        (r"(?:ti|si|ssi)on(?![aiueo])", "shon"), (r"oo", "u"), (r"ee|ea", "i"), (r"(?<=[a-z])e\b", ""),
    )
]  # fmt: skip
_GLIDE_HEARD = re.compile("(?<=.)y")
_SOFT_G = re.compile(r"g(?=[eiy])")
_JAPANESE = re.compile("(?:(?:[kgsztdnhbpmyrwfj]|sh|ch|ts|[kgnhbpmr]y)?[aiueo]|n(?![aiueoy])){4,}")
_LATIN_LETTER = re.compile("[a-z]")
_KANA = re.compile("[ァ-ヺ]")


def _spoken(lines: str) -> str:
    """English spelling nearer to how it is spoken."""
    for pattern, to in _ENGLISH:
        lines = pattern.sub(to, lines)
    return lines


@cache
def _readings() -> tuple[re.Pattern[str], dict[str, str]]:
    written = load("names")["readings"]
    pairs = dict(zip(fold_all(list(written)), fold_all(list(written.values())), strict=True))
    return re.compile("|".join(sorted(pairs, key=len, reverse=True))), pairs


def read_aloud(key: str) -> str:
    """A folded name with the kanji words that everybody reads in one way in kana: 健康カルテ as ケンコウカルテ."""
    pattern, pairs = _readings()
    return pattern.sub(lambda match: pairs[match.group()], key)


_TO_ROMAJI = {"l": "r", "v": "b", "ck": "k", "c": "k", "ph": "f", "q": "k", "x": "kusu", "th": "s", "ch": "ch"}
_LIKE_ROMAJI = re.compile("ck|ph|th|ch|[lvcqx]")


class Loan(NamedTuple):
    """A name as Japanese says it.

    Attributes
    ----------
    sounds : frozenset of str
        What Japanese makes of an English name, and what a kana name sounds like: consonants, s and z being one. Several
        where English spelling leaves it open (g in engine, gear). Empty where the name is too short to tell or holds
        kanji.
    spoken : str
        The name in Latin letters, with vowels.
    latin, kana : bool
        The scripts it is written in.
    romaji : bool
        Latin letters that are syllables of Japanese throughout, and enough of them not to be English by chance.
    """

    sounds: frozenset[str]
    spoken: str
    latin: bool
    kana: bool
    romaji: bool


def loans(texts: Sequence[str]) -> list[Loan]:
    """Each text as `Loan`: those of "School Engine" and スクールエンジン have a sound in common."""
    if not texts:
        return []
    keys = fold_all(texts)
    latin = [key for key in dict.fromkeys(keys) if _LATIN_LETTER.search(key)]
    soft = {key: _SOFT_G.sub("j", key) for key in latin if _SOFT_G.search(key)}
    english = dict(
        zip([*latin, *soft.values()], _spoken("\n".join([*latin, *soft.values()])).split("\n"), strict=False)
    )
    spoken = [english.get(key, key) for key in (*keys, *soft.values())]
    # The glide of コンピュータ, フューチャー has no letter in English.
    glides = _GLIDE_HEARD.sub("", "\n".join(_heard(spoken))).replace("z", "s")
    heard = undoubled(glides).split("\n")
    softly = dict(zip(soft, heard[len(keys) :], strict=True))
    said = romaji("\n".join(spoken[: len(keys)])).replace(" ", "")
    said = _LIKE_ROMAJI.sub(lambda match: _TO_ROMAJI[match.group()], said).split("\n")
    latin_keys = frozenset(latin)
    return [
        Loan(
            sounds=frozenset(h for h in (hard, softly.get(key, hard)) if len(h) > 2),
            spoken=vowels,
            latin=key in latin_keys,
            kana=_KANA.search(key) is not None,
            romaji=_JAPANESE.fullmatch(key) is not None,
        )
        for key, hard, vowels in zip(keys, heard, said, strict=False)
    ]


def loan_word(one: Loan, other: Loan) -> bool:
    """Whether two names that sound alike are one in Latin letters and one in kana, with vowels that fit."""
    if (one.latin, one.kana) == (other.latin, other.kana) or not (one.kana or other.kana):
        return False
    # Romaji says its vowels.
    if one.romaji or other.romaji:
        return fuzz.ratio(one.spoken, other.spoken) >= 90
    # Few consonants prove little (Rank, リンク): there the vowels have to agree too.
    short = min(len(sound) for loan in (one, other) for sound in loan.sounds or ("",)) <= 3
    return fuzz.ratio(one.spoken, other.spoken) >= (70 if short else 60)
