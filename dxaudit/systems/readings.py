"""How a name may be read aloud whatever it is written in: kanji, kana, romaji, English words.

文蔵, ふみくら and FUMIKURA share a reading, as do Fire Desk and ファイヤーデスク. Kanji have several readings each and
Latin letters several ways to be cut into words, so a name has a set of readings; the words are in
``vocabulary/readings.toml``. A shared reading only proposes one brand: company or function have to say so too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice

from dxaudit.systems.sounds import romaji, undoubled
from dxaudit.vocabulary import load

_MOST = 24
_KANA_RUN = re.compile("[ァ-ヺー]+")
_LATIN_RUN = re.compile("[a-z]+")
_SYLLABLE = re.compile(
    r"(?:([kstpcgdbz])(?=\1))?(?:t(?=ch))?(?:[kgsztdnhbpmyrwfvj]|sh|ch|ts|[kgnhbpmrstz]y)?[aiueo]|n(?![aiueoy])|m(?=[bpm])"
)
_APART = frozenset(" -・")
_SHORTEST_WORD = 3
_EAR = [
    (re.compile(pattern), to)
    for pattern, to in (
        (r"sy|si(?=[auoe])", "sh"), (r"ty|ti(?=[auo])", "ch"), (r"zy|jy|zi(?=[auo])", "j"), (r"si", "shi"),
        (r"t(?=i)", "ch"), (r"tu", "tsu"), (r"hu", "fu"), (r"[zd]i", "ji"), (r"du", "zu"), (r"l", "r"), (r"v", "b"),
        (r"m(?=[pbm])", "n"), (r"y(?<=[aiueo]y)(?=a)", ""), (r"ou", "o"), (r"ei", "e"),
    )
]  # fmt: skip


@cache
def _kanji() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Kanji words with their readings in romaji, longest first, by first character."""
    spec = load("readings")["kanji"]
    said = {word: list(readings) for word, readings in spec.items()}
    for word, reading in load("names")["readings"].items():
        said[word] = [reading, *said.get(word, ())]
    return _by_first({word: tuple(dict.fromkeys(_romaji(r) for r in found)) for word, found in said.items()}, 1)


@cache
def _words() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """English words as Japanese says them, longest first, by their first letters."""
    said = {word: tuple(map(_romaji, kana)) for word, kana in load("readings")["words"].items()}
    return _by_first(said, _SHORTEST_WORD)


def _by_first(said: dict[str, tuple[str, ...]], letters: int) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for word in sorted(said, key=len, reverse=True):
        found[word[:letters]].append((word, said[word]))
    return dict(found)


def _romaji(kana: str) -> str:
    return romaji("".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in kana))


def readings(texts: Sequence[str]) -> list[frozenset[str]]:
    """Readings of folded texts, long vowels and double consonants left out; none where letters spell no word."""
    # Kana has one reading; all of it is read in one go.
    plain = {n: None for n, text in enumerate(texts) if _KANA_RUN.fullmatch(text)}
    said = iter(romaji("\n".join(texts[n] for n in plain)).split("\n"))
    found = [[next(said)] if n in plain else list(_spelled(text)) for n, text in enumerate(texts)]
    lines = "\n".join(reading for held in found for reading in held)
    for pattern, to in _EAR:
        lines = pattern.sub(to, lines)
    heard = iter(undoubled(lines).split("\n"))
    return [frozenset(islice(heard, len(held))) for held in found]


def _spelled(text: str) -> dict[str, None]:
    """Every way to read a text from left to right, in romaji, at most so many."""
    reach: dict[int, dict[str, None]] = {0: {"": None}}
    for at, char in enumerate(text):
        if at not in reach:
            continue
        for length, said in _steps(text, at, char):
            ahead = reach.setdefault(at + length, {})
            for before in reach[at]:
                if len(ahead) >= _MOST:
                    break
                ahead[before + said] = None
    return reach.get(len(text), {})


def _steps(text: str, at: int, char: str) -> Sequence[tuple[int, str]]:
    """What may be read at a place: how many characters, and their sound."""
    if "a" <= char <= "z":
        return _latin_steps(text, at)
    if char in _APART:
        return [(1, "")]
    run = _KANA_RUN.match(text, at)
    return [(len(run[0]), romaji(run[0]))] if run else _kanji_steps(text[at:])


# Many names end in the same words of function.
@lru_cache(maxsize=1 << 14)
def _kanji_steps(rest: str) -> tuple[tuple[int, str], ...]:
    words = _kanji().get(rest[0], ())
    fitting = tuple((len(word), said) for word, found in words if rest.startswith(word) for said in found)
    # A character without a known reading stands for itself.
    return fitting or ((1, rest[0]),)


def _latin_steps(text: str, at: int) -> list[tuple[int, str]]:
    begin = text[at : at + _SHORTEST_WORD]
    words = _words().get(begin, ()) if len(begin) == _SHORTEST_WORD else ()
    # A short word counts only by itself: inside a longer one it is chance.
    if not words and (at == 0 or not "a" <= text[at - 1] <= "z"):
        run = _LATIN_RUN.match(text, at)[0]
        words = _words().get(run, ()) if len(run) < _SHORTEST_WORD else ()
    steps = [(len(word), said) for word, found in words if text.startswith(word, at) for said in found]
    syllable = _SYLLABLE.match(text, at)
    return [*steps, (len(syllable[0]), syllable[0])] if syllable else steps
