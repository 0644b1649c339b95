"""Which words of a free text name a person, and the text without them: names, telephones, mail, addresses, numbers.

Rules, not recognition: what looks like a name is masked even where it may be none. What the rules miss is why a
quotation leaves the library only when somebody has read and released it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

from dxaudit.vocabulary import load

KANJI = r"[一-龥々ヶ﨑髙]"


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    place = r"[一-龥々ヶケァ-ヴーぁ-ん]"
    return (
        ("mail", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)),
        ("address", re.compile(r"〒\s*\d{3}-?\d{4}")),
        ("telephone", re.compile(r"(?<![\d-])(?:\+81|0)\d{0,4}[-(]\d{1,4}[-)]\d{3,4}(?!\d)")),
        ("telephone", re.compile(r"(?<!\d)0\d{9,10}(?!\d)")),
        ("telephone", re.compile(r"内線(?:番号)?[:\s]*\d{2,6}")),
        (
            "address",
            re.compile(
                rf"(?:{KANJI}{{2,3}}[都道府県])?(?:{place}{{1,6}}[市区町村郡])*{place}{{1,7}}?\d+(?:丁目|番地)[\d番地号のノ-]*"
                rf"|{KANJI}{{1,6}}[市区町村郡]{place}{{0,8}}?\d+-\d+(?:-\d+)?"
            ),
        ),
        ("number", re.compile(r"(?<![\d-])\d{7,}(?!\d)")),
    )


@cache
def _names() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    person = load("themes")["person"]
    titles = "|".join(map(re.escape, person["titles"]))
    courtesies = "|".join(map(re.escape, person["courtesies"]))
    surnames = sorted(person["surnames"], key=len, reverse=True)
    every = "|".join(map(re.escape, surnames))
    # One character before another is more often a word than a name (原因, 関係): those need a blank or a title.
    longer = "|".join(re.escape(name) for name in surnames if len(name) > 1)
    labels = "|".join(map(re.escape, person["labels"]))
    return (
        re.compile(rf"(?:{labels})\s*[:]\s*([^\s、。,;()\[\]]{{2,12}})"),
        re.compile(rf"({KANJI}{{1,4}}(?:[ ]?{KANJI}{{1,3}})?|[ァ-ヴー]{{2,8}})(?:[ ])?(?={titles}|{courtesies})"),
        re.compile(rf"(?<!{KANJI})(?:{every})[ ]?(?={titles}|{courtesies})"),
        re.compile(
            rf"(?<!{KANJI})(?:(?:{longer})(?![都道府県市区町村郡駅])[ ]?|(?:{every})[ ]){KANJI}{{1,3}}(?!{KANJI})"
        ),
    )


def masked(written: str, units: Collection[str] = ()) -> str:
    """``written`` with everything that names a person replaced by what it was, as 〔氏名〕.

    Parameters
    ----------
    written : str
    units : collection of str
        Names of departments and bureaus: 「税務課長」 is an office where the city has a 税務課.
    """
    marks = load("themes")["mask"]
    text = _plain(written)
    for kind, pattern in _patterns():
        text = pattern.sub(lambda found, kind=kind: found.group() if _is_date(found.group()) else marks[kind], text)
    label, titled, plain, full = _names()
    text = label.sub(lambda found: found.group().replace(found.group(1), marks["name"]), text)
    text = plain.sub(marks["name"], text)
    text = full.sub(marks["name"], text)
    stems = {unit.rstrip("課部局室所係班") for unit in units}
    return titled.sub(lambda found: _unless_office(found, stems, marks["name"]), text)


def _is_date(found: str) -> bool:
    return re.fullmatch(r"(19|20)\d{2}-\d{1,2}-\d{1,2}", found) is not None


def _unless_office(found: re.Match[str], stems: Collection[str], mark: str) -> str:
    word = found.group(1)
    known = load("themes")["person"]["not_names"]
    if word in stems or any(word.endswith(end) for end in known) or any(stem and word.endswith(stem) for stem in stems):
        return found.group()
    return mark


def names_somebody(written: str) -> bool:
    """Whether a text holds something that `masked` would take out."""
    return masked(written) != _plain(written)


def _plain(written: str) -> str:
    """Widths made one, and every dash between digits a hyphen."""
    return re.sub(r"(?<=\d)[‐‑–—―−ーｰ](?=\d)", "-", unicodedata.normalize("NFKC", written))
