"""One raw cell → a number in the unit of storage.

Units come from the cell, else from the header, else the unit of storage is meant. Approximate figures are taken
(約30 → 30), spans by their middle (30～40 → 35), both reported. 人日 are counted with the city's hours per day.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

from dxaudit.intake.sheets import Cell, shown
from dxaudit.intake.values import MISSING, Parsed, is_missing, says_none
from dxaudit.settings import Settings

WEEKS = 52.0
MONTHS = 12.0


class Unit(NamedTuple):
    """What a number counts: its dimension, its size in the dimension's base unit, and per which period.

    Base units: hours, yen, cases, persons, percent, years; ``per`` is how many times a year ("" dimensionless 0).
    """

    dimension: str
    size: float = 1.0
    per: float = 0.0
    """Periods in a year (month 12, year 1); 0 where the unit says nothing about a period."""


_SIZES = {
    "円": ("money", 1.0),
    "yen": ("money", 1.0),
    "jpy": ("money", 1.0),
    "千円": ("money", 1e3),
    "万円": ("money", 1e4),
    "十万円": ("money", 1e5),
    "百万円": ("money", 1e6),
    "千万円": ("money", 1e7),
    "億円": ("money", 1e8),
    "秒": ("time", 1 / 3600),
    "sec": ("time", 1 / 3600),
    "分": ("time", 1 / 60),
    "分間": ("time", 1 / 60),
    "min": ("time", 1 / 60),
    "m": ("time", 1 / 60),
    "minutes": ("time", 1 / 60),
    "時間": ("time", 1.0),
    "時": ("time", 1.0),
    "h": ("time", 1.0),
    "hr": ("time", 1.0),
    "hrs": ("time", 1.0),
    "hour": ("time", 1.0),
    "hours": ("time", 1.0),
    "人時": ("time", 1.0),
    "人時間": ("time", 1.0),
    "日": ("days", 1.0),
    "日間": ("days", 1.0),
    "営業日": ("days", 1.0),
    "人日": ("days", 1.0),
    "人工": ("days", 1.0),
    "人役": ("days", 1.0),
    "週": ("days", 5.0),
    "週間": ("days", 5.0),
    "人月": ("person_year", 1 / 12),
    "人年": ("person_year", 1.0),
    "月": ("months", 1.0),
    "か月": ("months", 1.0),
    "ヶ月": ("months", 1.0),
    "ヵ月": ("months", 1.0),
    "カ月": ("months", 1.0),
    "ケ月": ("months", 1.0),
    "箇月": ("months", 1.0),
    "年": ("years", 1.0),
    "年間": ("years", 1.0),
    "%": ("ratio", 1.0),
    "パーセント": ("ratio", 1.0),
    "percent": ("ratio", 1.0),
    "割": ("ratio", 10.0),
    "件": ("count", 1.0),
    "千件": ("count", 1e3),
    "万件": ("count", 1e4),
    "回": ("count", 1.0),
    "通": ("count", 1.0),
    "枚": ("count", 1.0),
    "部": ("count", 1.0),
    "個": ("count", 1.0),
    "台": ("count", 1.0),
    "id": ("count", 1.0),
    "ids": ("count", 1.0),
    "ライセンス": ("count", 1.0),
    "アカウント": ("count", 1.0),
    "端末": ("count", 1.0),
    "本": ("count", 1.0),
    "冊": ("count", 1.0),
    "筆": ("count", 1.0),
    "戸": ("count", 1.0),
    "棟": ("count", 1.0),
    "社": ("count", 1.0),
    "校": ("count", 1.0),
    "園": ("count", 1.0),
    "組": ("count", 1.0),
    "頭": ("count", 1.0),
    "か所": ("count", 1.0),
    "ヶ所": ("count", 1.0),
    "カ所": ("count", 1.0),
    "箇所": ("count", 1.0),
    "セット": ("count", 1.0),
    "ユーザ": ("count", 1.0),
    "ユーザー": ("count", 1.0),
    "世帯": ("count", 1.0),
    "施設": ("count", 1.0),
    "団体": ("count", 1.0),
    "cases": ("count", 1.0),
    "人": ("persons", 1.0),
    "名": ("persons", 1.0),
    "千人": ("persons", 1e3),
    "persons": ("persons", 1.0),
    "people": ("persons", 1.0),
    "fte": ("persons", 1.0),
}
_UNITS = {word: Unit(*size) for word, size in _SIZES.items()}
_COUNT = Unit("count")
_PERIODS = {
    **dict.fromkeys(["年", "年間", "年度", "year"], 1.0),
    **dict.fromkeys(["月", "月間", "か月", "ヶ月", "ヵ月", "カ月", "ケ月", "箇月", "month"], MONTHS),
    **dict.fromkeys(["週", "週間", "week"], WEEKS),
    "半期": 2.0,
    "四半期": 4.0,
}
_WORDS = sorted(_SIZES, key=len, reverse=True)
_UNIT = "|".join(re.escape(word) for word in _WORDS)


_OF_ONE_PERSON = re.compile(r"^(?:職員)?(?:1|一)?人(?:(?:に|の)?当たり|・)?の?")


@cache
def unit(written: str) -> Unit | None:
    """The unit that a text names (``千円/年``, ``件／月``, ``分``); None where it names none."""
    text = "".join(unicodedata.normalize("NFKC", written).casefold().split()).strip("()[]【】:.")
    text = re.sub(r"^単位[:・/]?", "", text)
    text = (
        text.replace("あたり", "当たり")
        .replace("当り", "当たり")
        .replace("税込", "")
        .replace("税抜", "")
        .strip("、,・()")
    )
    per = 0.0
    alone = re.fullmatch(r"(年|月|週|日)(?:額|間|平均|当たり|計)", text)
    if alone:
        return Unit("", 1.0, -1.0 if alone[1] == "日" else _PERIODS[alone[1]])
    found = re.fullmatch(r"(?:(年間?|月間?|週間?|1?日)(?:当たり|の|平均|[/・])?)?(.+?)(?:[/・](.+))?", text)
    if not found:
        return None
    before, what, after = found.groups()
    if what not in _SIZES and text in _SIZES:
        before, what, after = None, text, None
    scaled = re.fullmatch(r"(十万|百万|千万|十|百|千|万)(.+)", what)
    if what in _SIZES:
        dimension, size = _SIZES[what]
    elif scaled and scaled[2] in _SIZES:
        dimension, size = _SIZES[scaled[2]]
        size *= _scaled(scaled[1]) or 1.0
    else:
        return None
    # 「時間・1人当たり年間」, 「h/年・人」: a period among what else the figure is for.
    for period in (before, *(_OF_ONE_PERSON.sub("", piece) for piece in re.split("[/・]", after or ""))):
        if period:
            named = period.removeprefix("1") if period[:1] == "1" else period
            named = named.removesuffix("当たり")
            per = _PERIODS.get(named, 365.0 if named == "日" else per)
    if per == 365.0:
        per = -1.0  # working days a year, which the city's settings tell
    return Unit(dimension, size, per)


_KANJI = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SMALL = {"十": 10.0, "百": 100.0, "千": 1e3}
_LARGE = {"万": 1e4, "億": 1e8, "兆": 1e12}
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?|\.\d+|\d[\d,]*(?:\.\d+)?"
_AMOUNT = rf"(?:(?:{_NUMBER})?[十百千万億兆]+)+(?:{_NUMBER})?|{_NUMBER}"
_TOKEN = re.compile(rf"({_AMOUNT})\s*({_UNIT})?(半)?")
_UNSCALED = "|".join(re.escape(word) for word in _WORDS if word[0] not in "十百千万億")
_PLAIN = re.compile(rf"(約)?([-▲△])?(\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?)\s*({_UNSCALED})?(程度)?")
"""A figure with or without its unit, 約 or 程度 (not both) and nothing else, as most cells have it."""
_YEN = re.compile(r"^([-▲△]?)[¥\\]\s*(.*[\d千万億])$")
_THOUSANDS = re.compile(r"(?<=\d)[、，](?=\d{3}(?!\d))")
_REMARK_MARK = re.compile(r"※\d*$|\*+\d?$|注\d?$")
_LABEL = re.compile(r"^[^:]*[^\d:][^:]*:(?=[約▲△\-]?\d)")
_CLOCK = re.compile(r"(-?)(\d{1,4}):([0-5]?\d)(?::([0-5]?\d))?")
_ABOUT_BEFORE = re.compile(
    r"^(?:約|およそ|おおよそ|おおむね|概ね|凡そ|ほぼ|大体|だいたい|推計|推定|概算|平均|合計|計|ざっと|最大|最低|最高|上限|見込み?|延べ?|のべ)[:\s]*"
)
_ABOUT_AFTER = re.compile(
    r"(?:程度|前後|ほど|ぐらい|くらい|位|弱|強|余り?|以上|以下|以内|未満|超|超え|見込み?|予定|内外|台|\+)$"
)
_EXACT = re.compile(r"^(?:合計|計|平均|延べ?|のべ)")
_PERIOD_BEFORE = re.compile(
    r"^(?:(年|月|週|日)額|(?:1|毎|各)?(年間?|月間?|週間?|日)(?:に|あたり|当たり|当り|平均|の|:|[/])?|(1日|1週間?|1か?月|1年間?)(?:に|あたり|当たり|当り)?)(?=約|\d|[一二三四五六七八九十])"
)
_PERIOD_BESIDE = re.compile(r"\((年|月|週|日)(?:額|間|当たり|あたり|当り|平均)?\)")
_PERIOD_AFTER = re.compile(rf"[/]1?({'|'.join(sorted(_PERIODS, key=len, reverse=True))}|日|件|人|回|台|枚)$")
_RANGE = re.compile(r"\s*(?:~|から|-|–|—|―|(?<![ァ-ヺ])ー|−|‐)\s*")
_FIGURE = re.compile(r"[\d一二三四五六七八九十百千万億]")
_COUNTED = re.compile(rf"({_AMOUNT})([かヵカヶケ]?[一-鿿々ァ-ヺー]{{1,5}})")
_NO_COUNTER = re.compile(
    "[年月日週時分秒期号番丁階目位級歳才条項章節数増減不未円]|メートル|キロ|グラム|トン|リットル|バイト|ポイント|ヘクタール"
)
"""Words behind a figure that rank, date or measure, and do not count."""


def number(raw: Cell, storage: str = "", header_unit: str = "", settings: Settings | None = None) -> Parsed:
    """The number of a cell in ``storage`` units (``時間/年``, ``分/件``, ``千円``, ``人``, ``%``…).

    Parameters
    ----------
    raw : raw cell
    storage : str
        Unit the value is kept in; "" for plain numbers.
    header_unit : str
        Unit that the column's header names; holds where the cell names none.
    settings : Settings
        Hours of a working day and of a working year.

    Returns
    -------
    Parsed
        float or None; issue ``approximate``, ``range``, ``note_beside_number``, ``other_counter``, ``assumed_period``,
        ``persons_as_hours``, ``unit_mismatch``, ``unreadable_number``, ``date_for_number``.
    """
    return number_reader(storage, header_unit, settings)(raw)


def number_reader(
    storage: str = "", header_unit: str = "", settings: Settings | None = None
) -> Callable[[Cell], Parsed]:
    """`number` for one column: a function of the raw cell alone."""
    work = Work(settings.hours_per_day, settings.hours_per_year) if settings else Work()
    return _reader(storage, header_unit, work)


class Work(NamedTuple):
    """Hours of a working day and of a working year."""

    day: float = 7.75
    year: float = 1800.0


@cache
def _reader(storage: str, header_unit: str, work: Work) -> Callable[[Cell], Parsed]:
    target, of_header = unit(storage), _of_header(header_unit, storage)
    as_kept = _keeps(of_header, target)

    @lru_cache(maxsize=1 << 14)
    def of_text(written: str) -> Parsed:
        return _read(written, of_header, target, work)

    def read(raw: Cell) -> Parsed:
        if raw.__class__ is float and as_kept and abs(raw) < _EXACT_BELOW and raw.is_integer():
            return Parsed(raw + 0.0)
        if raw.__class__ is str:
            return MISSING if is_missing(raw) or says_none(raw) else of_text(raw)
        if isinstance(raw, bool):
            return Parsed(None, "unreadable_number")
        if isinstance(raw, (int, float)):
            if raw != raw or raw in (float("inf"), float("-inf")):
                return MISSING
            return _stored(float(raw), of_header, target, work)
        if isinstance(raw, (dt.time, dt.timedelta)):
            hours = (
                raw.total_seconds() / 3600
                if isinstance(raw, dt.timedelta)
                else raw.hour + raw.minute / 60 + raw.second / 3600
            )
            if target and target.dimension == "time":
                return _stored(hours, Unit("time", 1.0, of_header.per if of_header else 0.0), target, work)
            return Parsed(None, "date_for_number")
        if isinstance(raw, (dt.date, dt.datetime)):
            return Parsed(None, "date_for_number")
        return MISSING if is_missing(raw) else of_text(shown(raw))

    return read


_EXACT_BELOW = 1e12
"""Whole numbers below it have at most 12 digits: `_clean` leaves them alone."""


@cache
def _of_header(named: str, storage: str) -> Unit | None:
    """The header's unit; 年 or 月 beside a column of money or cases, 年 beside one of hours tell the period only."""
    given, target = unit(named) if named else None, unit(storage)
    if given is None or target is None or given.dimension in ("", target.dimension):
        return given
    if given.dimension in ("years", "months", "days") and target.dimension in ("money", "count", "persons"):
        return Unit("", 1.0, {"years": 1.0, "months": MONTHS, "days": -1.0}[given.dimension])
    if given.dimension == "years" and target.dimension == "time":
        return Unit("", 1.0, 1.0)
    return given


def _read(written: str, of_header: Unit | None, target: Unit | None, work: Work) -> Parsed:
    if written.isascii() and written.isdecimal():
        return _stored(float(written), of_header, target, work)
    text = unicodedata.normalize("NFKC", written).casefold().replace("\u2212", "-")
    plain = _PLAIN.fullmatch(text)
    if plain and not (plain[1] and plain[5]):
        value = float(plain[3].replace(",", ""))
        own = _UNITS[plain[4]] if plain[4] else None
        parsed = _stored(-value if plain[2] else value, _merged(own, None, of_header), target, work)
        return Parsed(parsed.value, parsed.issue or "approximate") if plain[1] or plain[5] else parsed
    text = _YEN.sub(r"\1\2円", text)
    text = "".join(text.replace("〜", "~").replace("∼", "~").replace("'", "").split())
    text = _THOUSANDS.sub(",", text).rstrip("。、,;")
    text = _REMARK_MARK.sub("", text)
    issue = ""
    # 「令和5年度：1,200件」: what stands before a colon is a label, unless it is an hour.
    text = _LABEL.sub("", text)
    if text.endswith("~") and re.search(r"\d", text):
        text, issue = text.rstrip("~"), "approximate"
    if text in ("ゼロ", "零", "無料", "無償", "0円"):
        return Parsed(0.0)
    if text == "一部":
        return Parsed(None, "unreadable_number")  # partly, not one copy
    clock = _CLOCK.fullmatch(text)
    if clock:
        if not target or target.dimension != "time":
            return Parsed(None, "unreadable_number")
        hours = int(clock[2]) + int(clock[3]) / 60 + int(clock[4] or 0) / 3600
        return _stored(-hours if clock[1] else hours, Unit("time"), target, work)
    negative = False
    if re.fullmatch(r"\(.*\)", text):
        inner = text[1:-1]
        negative = bool(re.fullmatch(rf"{_NUMBER}(?:{_UNIT})?", inner))
        text = inner
    beside = _PERIOD_BESIDE.search(text)
    per = _period(beside[1]) if beside else None
    text, notes = _without_brackets(text.replace("人・日", "人日").replace("人・月", "人月"))
    if notes:
        issue = "note_beside_number"
    if text[:1] in "▲△▴▵-−" and len(text) > 1:
        negative, text = True, text[1:]
    elif text[:1] == "+" and len(text) > 1:
        text = text[1:]
    parts = [part for part in _RANGE.split(text) if part]
    if len(parts) == 2 and all(map(_FIGURE.search, parts)):
        return _span(parts, per, of_header, target, work, negative)
    text, own_per, about = _bare(text)
    value, own = _amount(text)
    if value is None:
        value, own = _counted(text, target)
        issue = "other_counter"
    if value is None:
        return Parsed(None, "unreadable_number")
    parsed = _stored(-value if negative else value, _merged(own, own_per or per, of_header), target, work)
    return Parsed(parsed.value, parsed.issue or ("approximate" if about else issue))


def _bare(text: str) -> tuple[str, float | None, bool]:
    """A figure with its unit alone; the period that stood before or behind it; whether it was said to be rough."""
    per, about = None, False
    for _ in range(3):
        before = _ABOUT_BEFORE.match(text)
        if before and len(text) > before.end():
            about = about or not _EXACT.match(text)
            text = text[before.end() :]
        period = _PERIOD_BEFORE.match(text)
        if period:
            per = _period(next(group for group in period.groups() if group))
            text = text[period.end() :]
    text = text.strip(":/")
    while True:
        text, rough = _strip_about(text)
        about = about or rough
        after = _PERIOD_AFTER.search(text)
        if not after or not _FIGURE.search(text[: after.start()]):
            return text, per, about
        # 「30件/人」 names no period.
        per = per if after[1] in "件人回台枚" else _period(after[1])
        text = text[: after.start()]


def _without_brackets(text: str) -> tuple[str, bool]:
    bare = re.sub(r"\([^()]*\)|〔[^〕]*〕|\[[^\]]*\]|【[^】]*】", "", text)
    return (bare, bare != text) if re.search(r"\d|[一二三四五六七八九十百千万億]", bare) else (text, False)


def _strip_about(text: str) -> tuple[str, bool]:
    about = False
    while True:
        after = _ABOUT_AFTER.search(text)
        # 「12台」 counts machines; only behind a unit or a round figure does 台 mean "some".
        if not after or (after.group() == "台" and not re.search(r"(?:人|円|件|時間)台$", text)):
            return text, about
        text, about = text[: after.start()], True


def _span(parts, per, of_header, target, work, negative) -> Parsed:
    """The middle of two figures; unit and period that only one names hold for both (20～30件/月, 月20～30件)."""
    (first, first_per, _), (last, last_per, _) = map(_bare, parts)
    # 「300～400千円」: so does a scale behind the second.
    behind = re.search(r"[^\d.,]+$", last)
    if behind and re.fullmatch(r"[\d.,]+", first):
        first += behind.group()
    (low, low_unit), (high, high_unit) = _amount(first), _amount(last)
    if low is None and high is None:
        (low, low_unit), (high, high_unit) = _counted(first, target), _counted(last, target)
    if low is None or high is None:
        return Parsed(None, "unreadable_number")
    ends = (
        _stored(value, _merged(own, this or other or per, of_header), target, work)
        for value, own, this, other in (
            (low, low_unit or high_unit, first_per, last_per),
            (high, high_unit or low_unit, last_per, first_per),
        )
    )
    low, high = (end.value for end in ends)
    if low is None or high is None or low > high:
        return Parsed(None, "unreadable_number")
    middle = _clean((low + high) / 2)
    return Parsed(-middle if negative else middle, "range")


def _period(named: str) -> float:
    named = named.removeprefix("1")
    return -1.0 if named == "日" else _PERIODS.get(named, 1.0)


def _merged(own: Unit | None, per: float | None, of_header: Unit | None) -> Unit | None:
    """The cell's unit where it names one, else the header's; the period likewise."""
    if own is None and of_header is None:
        return Unit("", 1.0, per) if per else None
    base = own or of_header
    if per is None:
        per = of_header.per if own is not None and of_header is not None else base.per
    return base if per == base.per else Unit(base.dimension, base.size, per)


def _amount(text: str) -> tuple[float | None, Unit | None]:
    """A figure with its unit: 1,200千円, 1億2千万円, 1時間30分, 1時間半, 半日, 三十."""
    text = text.removesuffix("也")
    if text in ("半日", "半日間"):
        return 0.5, Unit("days")
    if text == "半時間":
        return 0.5, Unit("time")
    if re.search(r"[一二三四五六七八九]", text):
        text = re.sub(r"[〇零一二三四五六七八九]+", lambda m: "".join(str(_KANJI[s]) for s in m.group()), text)
    position, total, base = 0, 0.0, None
    while position < len(text):
        token = _TOKEN.match(text, position)
        if not token or token.end() == position:
            return None, None
        value = _scaled(token[1])
        if value is None:
            return None, None
        scale = bool(re.search(r"[万億兆]|百$", token[1]))
        this = _UNITS[token[2]] if token[2] else (Unit("money?", 1.0) if scale else None)
        if token[3]:
            value += 0.5
        if base is None or (this is not None and this.dimension == "money" and base.dimension == "money?"):
            base = this
        elif this is not None and {base.dimension, this.dimension} == {"years", "months"}:
            value /= MONTHS
        elif this is None or this.dimension != base.dimension:
            return None, None
        else:
            value *= this.size / base.size
        total += value
        position = token.end()
    if not text:
        return None, None
    return total, base


def _counted(text: str, target: Unit | None) -> tuple[float | None, Unit | None]:
    """A figure with a short noun behind it that is none of our units, where things are counted: 40事業, 12路線."""
    found = _COUNTED.fullmatch(text) if target and target.dimension == "count" else None
    if not found or _NO_COUNTER.search(found[2]):
        return None, None
    return _scaled(found[1]), _COUNT


def _scaled(text: str) -> float | None:
    """A figure with kanji scales: 1億2千万 → 120,000,000; 1.2百万 → 1,200,000."""
    if not re.search(r"[十百千万億兆]", text):
        try:
            return float(text.replace(",", ""))
        except ValueError:
            return None
    total = section = 0.0
    pending: float | None = None
    for piece in re.findall(rf"{_NUMBER}|[十百千万億兆]", text):
        if piece in _SMALL:
            section += (1.0 if pending is None else pending) * _SMALL[piece]
            pending = None
        elif piece in _LARGE:
            section += pending or 0.0
            total += (section or 1.0) * _LARGE[piece]
            section, pending = 0.0, None
        else:
            pending = float(piece.replace(",", ""))
        # 「百万」: a small scale directly before a large one multiplies it, which the sum above already does.
    return total + section + (pending or 0.0)


def _stored(value: float, given: Unit | None, target: Unit | None, work: Work) -> Parsed:
    """``value`` of unit ``given`` in the unit of storage; without a unit it is taken to be in that unit already."""
    if _keeps(given, target):
        return Parsed(_clean(value))
    dimension, size = given.dimension, given.size
    issue = ""
    if dimension == "money?":
        dimension = "money" if target.dimension == "money" else target.dimension
        size = 1.0 if dimension == "money" else target.size
    if not dimension:
        dimension, size = target.dimension, target.size
    if target.dimension == "time":
        if dimension == "days":
            dimension, size = "time", size * work.day
        elif dimension in ("person_year", "persons"):
            dimension, size = "time", size * work.year
            issue = "persons_as_hours" if given.dimension == "persons" else ""
        elif dimension == "months":
            dimension, size = "time", size * work.year / MONTHS
    if target.dimension == "persons":
        if dimension == "days" and given.size == 1.0:
            # 「1.5人工」 in a column of staff is 1.5 persons.
            dimension, size = "persons", 1.0
        elif dimension == "person_year":
            dimension, size = "persons", size
        elif dimension == "count":
            dimension = "persons"
    if target.dimension == "years" and dimension == "months":
        dimension, size = "years", size / MONTHS
    if target.dimension == "count" and dimension == "persons":
        dimension = "count"
    if dimension != target.dimension:
        return Parsed(None, "unit_mismatch")
    value = value * size / target.size
    if target.per and given.per and given.per != target.per:
        times = work.year / work.day if given.per < 0 else given.per
        of_target = work.year / work.day if target.per < 0 else target.per
        value *= times / of_target
        issue = issue or ("assumed_period" if given.per < 0 else "")
    return Parsed(_clean(value), issue)


def _keeps(given: Unit | None, target: Unit | None) -> bool:
    """Whether a figure is in the unit of storage as it stands."""
    return given is None or target is None or (not given.dimension and not given.per)


def _clean(value: float) -> float:
    """Floating dust of unit conversion away: 12 significant digits."""
    if abs(value) < _EXACT_BELOW and value.is_integer():
        return value + 0.0
    if value != value or abs(value) == float("inf"):
        return value + 0.0
    return float(f"{value:.12g}")
