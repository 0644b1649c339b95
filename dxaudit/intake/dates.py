"""One raw cell → a date as precise as the cell: ``2024-04-01``, ``2024-04``, ``2024``, ``FY2024``.

Era names in every usual spelling (令和5年, R5.4.1, 令5, ㋿, 元年), the Western calendar, fiscal years (April to March),
Excel serial numbers. Dates behind the end of an era (平成31年5月) are carried into the next and reported.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from functools import lru_cache

from dxaudit.intake.sheets import Cell, shown
from dxaudit.intake.values import MISSING, Parsed, is_missing, says_none

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}
_SHORT = {"令": "令和", "平": "平成", "昭": "昭和", "大": "大正", "明": "明治", "r": "令和", "h": "平成", "s": "昭和",
          "t": "大正", "m": "明治"}  # fmt: skip
_STARTS = {"令和": dt.date(2019, 5, 1), "平成": dt.date(1989, 1, 8), "昭和": dt.date(1926, 12, 25),
           "大正": dt.date(1912, 7, 30), "明治": dt.date(1868, 1, 25)}  # fmt: skip
_ENDS = {
    "平成": dt.date(2019, 4, 30),
    "昭和": dt.date(1989, 1, 7),
    "大正": dt.date(1926, 12, 24),
    "明治": dt.date(1912, 7, 29),
}
_ERA = r"(令和|平成|昭和|大正|明治|[令平昭大明]|[rhstm](?=\.?(?:\d|元)))\.?"
_WITH_ERA = re.compile(
    rf"^{_ERA}(元|\d{{1,2}})(?:(年度)|(?:年|[./\-])?(?:(\d{{1,2}})(?:月|[./\-]|$)?(?:(\d{{1,2}})日?)?)?)$"
)
_WESTERN = re.compile(r"^(?:西暦)?'?(\d{4})(?:(年度)|(?:年|[./\-])?(?:(\d{1,2})(?:月|[./\-]|$)?(?:(\d{1,2})日?)?)?)$")
_FISCAL = re.compile(r"^fy'?(\d{4})$")
_MONTH_FIRST = re.compile(r"^(\d{1,2})[/](\d{1,2})[/](\d{4})$")
_USUAL = re.compile(
    r"(?:\d{4}|(?:令和|平成|昭和|[RHSrhs])(?:元|\d{1,2}))(?:([./-])\d{1,2}\1\d{1,2}|年\d{1,2}月\d{1,2}日)", re.ASCII
)
"""A day as most cells have it: nothing around it has to be taken off, and it is no span."""
_NO_ERA = re.compile(r"^'?(\d{1,2}|元)(?:(年度)|(?:年|[./\-])(\d{1,2})(?:月|[./\-]|$)?(?:(\d{1,2})日?)?)$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_WEEKDAY = re.compile(r"\(?[月火水木金土日](?:曜日?)?(?:・?祝)?\)$|\([^()]*\)")
_ABOUT = re.compile(
    r"(?:頃|ごろ|予定|見込み?|以降|以前|現在|時点|付け?|から|まで|上旬|中旬|下旬|末|初め?|上半期|下半期|上期|下期|前半|後半|春|夏|秋|冬|中|満了|開始|稼働|導入|更新|改定|改正|施行|度末)$"
)
_TIME = re.compile(r"(?<=\d)[t ]\d{1,2}:\d{2}(?::\d{2})?.*$")
_BETWEEN = re.compile(r"(?:~|〜|から|より|至|ー(?=[令平昭rhs\d])|–|—|―|−|→)")
_BEGINS = rf"(?:(?:19|20)\d\d|{_ERA.replace('(', '(?:', 1)})"
_COUNTS = re.compile(r"\d|元")
_POINT = re.compile(r"(?<=\d)[・、,](?=\d)")
_KANJI = re.compile(r"[〇一二三四五六七八九十]+(?=年|月|日|\.)")
_HYPHEN = re.compile(rf"({_BEGINS}.*?)-({_BEGINS}.*)|([^-]*\d[./年月][^-]*)-([^-]*\d[./年月][^-]*)")
"""A span with a hyphen: a year or an era behind it as well, or dates that are divided by other signs."""


def date(raw: Cell, end: bool = False, fiscal: bool = False, era: str = "令和") -> Parsed:
    """ISO text as precise as the cell, None where missing or unreadable.

    Parameters
    ----------
    raw : raw cell
    end : bool
        Of a span (``R5.4.1～R10.3.31``) the last day is wanted, not the first; the other one where it is left open.
    fiscal : bool
        The column speaks of fiscal years (年度): a bare year is one.
    era : str
        Era meant where the cell names none (``5.4.1``); such dates are reported.

    Returns
    -------
    Parsed
        issue ``serial_date``, ``era_assumed``, ``era_boundary``, ``approximate_date``, ``invalid_date``,
        ``unreadable_date``.
    """
    if raw.__class__ is str:
        return MISSING if is_missing(raw) or says_none(raw) else _parsed(raw, end, fiscal, era)
    if isinstance(raw, dt.datetime):
        return Parsed(raw.date().isoformat())
    if isinstance(raw, dt.date):
        return Parsed(raw.isoformat())
    if isinstance(raw, (bool, dt.time, dt.timedelta)):
        return Parsed(None, "unreadable_date")
    if isinstance(raw, (int, float)):
        return _from_number(float(raw), fiscal)
    return MISSING if is_missing(raw) else _parsed(shown(raw), end, fiscal, era)


def ends(raw: Cell) -> tuple[str, str]:
    """The texts of both ends of a cell that holds a span, "" for one left open; both "" where it holds none."""
    return _ends_of(raw) if raw.__class__ is str else ("", "")


@lru_cache(maxsize=1 << 16)
def _ends_of(written: str) -> tuple[str, str]:
    return _ends(_plain(written))


def _ends(text: str) -> tuple[str, str]:
    parts = _BETWEEN.split(text)
    if len(parts) == 1:
        hyphen = _HYPHEN.fullmatch(text)
        if hyphen:
            parts = [part for part in hyphen.groups() if part]
        elif text.endswith("まで"):
            parts = ["", text]
    if len(parts) != 2 or not _COUNTS.search(text):
        return "", ""
    return parts[0].removeprefix("自"), parts[1]


def _plain(written: str) -> str:
    """A text for reading dates: folded, without blanks and times of day, figures in digits."""
    text = unicodedata.normalize("NFKC", written).casefold().strip()
    text = "".join(_TIME.sub("", text).split())
    return _POINT.sub(".", _KANJI.sub(_figure, text))


@lru_cache(maxsize=1 << 16)
def _parsed(written: str, end: bool, fiscal: bool, era: str) -> Parsed:
    if _USUAL.fullmatch(written):
        text = written.casefold()
        return _with_era(text, fiscal, era, "") or _western(text, fiscal, era, "")
    text = _plain(written)
    if not _COUNTS.search(text):
        return Parsed(None, "unreadable_date")
    first, last = _ends(text)
    if not first and not last:
        return _read(text, fiscal, era)
    wanted = (last or first) if end else (first or last)
    return MISSING if is_missing(wanted) else _read(wanted, fiscal, era, first if end else "")


def _figure(written: re.Match) -> str:
    """Kanji numerals of a date as digits: 二十三 → 23, 二〇二四 → 2024."""
    text = written.group()
    if "十" not in text:
        return "".join(str("〇一二三四五六七八九".index(sign)) for sign in text)
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str(
        10 * ("〇一二三四五六七八九".index(tens) if tens else 1) + ("〇一二三四五六七八九".index(ones) if ones else 0)
    )


def _from_number(value: float, fiscal: bool) -> Parsed:
    if value != value or not value.is_integer():
        whole = value == value and 20_000 < value < 80_000
        return _serial(int(value)) if whole else Parsed(None, "unreadable_date")
    whole = int(value)
    if 1900 <= whole <= 2100:
        return Parsed(f"FY{whole}" if fiscal else f"{whole}")
    if 20_000 < whole < 80_000:
        return _serial(whole)
    if 190_001 <= whole <= 210_012 and 1 <= whole % 100 <= 12:
        return Parsed(f"{whole // 100:04d}-{whole % 100:02d}")
    if 19_000_101 <= whole <= 21_001_231:
        return _day(whole // 10_000, whole // 100 % 100, whole % 100)
    return Parsed(None, "unreadable_date")


def _serial(value: int) -> Parsed:
    return Parsed((dt.date(1899, 12, 30) + dt.timedelta(days=value)).isoformat(), "serial_date")


def _read(text: str, fiscal: bool, era: str, before: str = "") -> Parsed:
    issue = ""
    text = _WEEKDAY.sub("", text)
    while True:
        about = _ABOUT.search(text)
        if not about or not _COUNTS.search(text[: about.start()]):
            break
        if about.group() in ("末", "度末") and text.endswith("年度末"):
            text, issue = text[:-1], "approximate_date"
            break
        if about.group() not in (
            "現在",
            "時点",
            "付",
            "付け",
            "から",
            "まで",
            "稼働",
            "導入",
            "更新",
            "改定",
            "改正",
            "施行",
            "開始",
            "満了",
        ):
            issue = "approximate_date"
        text = text[: about.start()]
    text = text.rstrip("./-、,")
    for reader in (_with_era, _western, _without_era):
        parsed = reader(text, fiscal, era, before)
        if parsed is not None:
            return Parsed(parsed.value, parsed.issue or (issue if parsed.value else ""))
    if re.fullmatch(r"\d{5}", text):
        return _from_number(float(text), fiscal)
    return Parsed(None, "unreadable_date")


def _with_era(text: str, fiscal: bool, era: str, before: str) -> Parsed | None:
    found = _WITH_ERA.match(text)
    if not found:
        return None
    name = _SHORT.get(found[1], found[1])
    year_of_era = 1 if found[2] == "元" else int(found[2])
    if year_of_era == 0:
        return Parsed(None, "invalid_date")
    year = _ERAS[name] + year_of_era
    if found[3]:
        return Parsed(f"FY{year}")
    parsed = _made(year, found[4], found[5], fiscal)
    if parsed.value is None or parsed.issue:
        return parsed
    return Parsed(parsed.value, "era_boundary" if _outside(name, parsed.value) else "")


def _outside(era: str, iso: str) -> bool:
    if iso.startswith("FY"):
        return False
    end, start = _ENDS.get(era), _STARTS[era]
    return bool(end and iso > end.isoformat()[: len(iso)]) or iso < start.isoformat()[: len(iso)]


def _western(text: str, fiscal: bool, era: str, before: str) -> Parsed | None:
    found = _FISCAL.match(text)
    if found:
        return Parsed(f"FY{found[1]}")
    found = _COMPACT.match(text)
    if found and 1868 <= int(found[1]) <= 2100 and 1 <= int(found[2]) <= 12:
        return _made(int(found[1]), found[2], found[3], fiscal)
    found = _MONTH_FIRST.match(text)
    if found:
        month, day = int(found[1]), int(found[2])
        month, day = (day, month) if month > 12 else (month, day)
        return _day(int(found[3]), month, day)
    found = _WESTERN.match(text)
    if not found or (not 1868 <= int(found[1]) <= 2200 and not found[4]):
        return None
    if found[2]:
        return Parsed(f"FY{found[1]}")
    return _made(int(found[1]), found[3], found[4], fiscal)


def _without_era(text: str, fiscal: bool, era: str, before: str) -> Parsed | None:
    found = _NO_ERA.match(text)
    if not found:
        return None
    named = re.match(_ERA, before)
    name = _SHORT.get(named[1], named[1]) if named else era
    given = 1 if found[1] == "元" else int(found[1])
    year = _ERAS[name] + given
    if not named:
        if "/" in text and 20 <= given <= 45:
            year = 2000 + given
        elif name == "令和" and given > 20:
            year = _ERAS["平成" if given <= 31 else "昭和"] + given
    if given == 0:
        return Parsed(None, "invalid_date")
    if found[2]:
        return Parsed(f"FY{year}", "" if named else "era_assumed")
    parsed = _made(year, found[3], found[4], fiscal)
    return Parsed(parsed.value, parsed.issue or ("" if named else "era_assumed"))


def _made(year: int, month: str | None, day: str | None, fiscal: bool) -> Parsed:
    if not month:
        return Parsed(f"FY{year}" if fiscal else f"{year:04d}")
    if not 1 <= int(month) <= 12:
        return Parsed(None, "invalid_date")
    if not day:
        return Parsed(f"{year:04d}-{int(month):02d}")
    return _day(year, int(month), int(day))


def _day(year: int, month: int, day: int) -> Parsed:
    try:
        return Parsed(dt.date(year, month, day).isoformat())
    except ValueError:
        return Parsed(None, "invalid_date")


_PRECISE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def day(date: object, end: str) -> object:
    """The first or last day that a canonical date can mean (``end`` = "first" or "last"); NaN where there is none.

    Examples
    --------
    >>> day("2027-03", "first"), day("2027", "last"), day("FY2026", "last")
    ('2027-03-01', '2027-12-31', '2027-03-31')
    """
    if not isinstance(date, str):
        return math.nan
    if date.startswith("FY") and date[2:6].isdecimal():
        year = int(date[2:6])
        return f"{year}-04-01" if end == "first" else f"{year + 1}-03-31"
    match = _PRECISE.match(date)
    if not match:
        return math.nan
    year, month, day_ = match.groups()
    return f"{year}-{month or '01'}-{day_ or '01'}" if end == "first" else f"{year}-{month or '12'}-{day_ or '31'}"
