"""A source header → a canonical column.

Evidence, in this order of weight: what the analyst fixed in ``dxaudit.toml``; the dictionary (labels and synonyms);
patterns of how such headers are worded, and the meaning of their words, both weighed against what other hands head so;
likeness of letters. The values beneath are then asked whether they can be what the header says: a column of dates
cannot be a cost. What remains uncertain is left unmapped and put to the analyst as a question with the two best
candidates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dxaudit.intake.evidence import Profile, abbreviated, all_own, coded_columns, fits, sure_columns
from dxaudit.intake.headings import likely, weighed
from dxaudit.intake.meaning import is_foreign, meant, qualified
from dxaudit.intake.numbers import number, unit
from dxaudit.intake.options import asked
from dxaudit.intake.sheets import folded
from dxaudit.intake.wording import candidates, header_key, header_unit, is_answer, is_generic, ruled_out
from dxaudit.settings import Settings
from dxaudit.vocabulary import load, tables

ACCEPT = 0.58
"""Least evidence for mapping a header."""
LIKENESS = 0.66
"""The same, where nothing but likeness of letters speaks for it."""
ALIKE = 0.02
"""How much liker than the next name of a column the letters of a header have to be."""
ASK = 0.42
"""Least evidence for asking the analyst about it."""

PLAIN = 0.7
"""Evidence from which a header speaks plainly for its column."""
WITHOUT_KEY = 3
"""Plainly mapped headers from which a table is certain even though none names its key."""
TITLES = ((1.4, 1.2), (1.25, 0.9), (1.15, 0.6))
"""Factor and addition to a table's evidence where the title above, the sheet's name, the file's name speak for it."""
NAMED = 0.78
"""Evidence beyond which a header is known by name."""
KNOWN = 0.965
"""Evidence of a dictionary's word for the whole header: its parts need no asking."""
BETTER, BETTER_BY = 0.8, 0.07
"""Evidence of meaning, and its lead over that of the column named, from which all words go before some."""


@dataclass(frozen=True)
class Match:
    """One header's place in a table: the column (None where none), the evidence in [0, 1] and its kind.

    ``question`` holds the two best candidates where the evidence does not suffice or does not decide.
    """

    column: str | None
    score: float = 0.0
    evidence: str = ""
    question: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapping_:
    """What one table would make of a list of headers: a `Match` for each, and how well it speaks for the table."""

    table: str
    matches: tuple[Match, ...]
    weight: float

    def position(self, column: str) -> int | None:
        """Which header (0-based) is mapped to ``column``."""
        for i, match in enumerate(self.matches):
            if match.column == column:
                return i
        return None


def mapped(found: Mapping_) -> int:
    """How many headers a table gives a column to."""
    return sum(m.column is not None for m in found.matches)


KEY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "businesses": ("business",),
    "systems": ("system",),
    "survey": (),
    "organization": ("department",),
    "governance": ("question",),
    "workflow": ("step", "action"),
}
"""Without these a sheet is not that table, and a row not a row of it."""

SHARED = {("businesses", "systems_used"), ("businesses", "legal_basis"), ("systems", "user_departments")}
"""Columns that several source columns may fill together (lists are joined)."""


# ------------------------------------------------------------------------------------------ headers of one table


def match(
    table: str, headers: Sequence[str], profiles: Sequence[Profile], settings: Settings, titles: Sequence[str] = ()
) -> Mapping_:
    """What ``table`` would make of ``headers``, each header to one column and each column from one header.

    Parameters
    ----------
    table : str
    headers : sequence of str
        Joined header texts.
    profiles : sequence of Profile
        What the values beneath each header look like.
    settings : Settings
        ``columns``: mappings the analyst fixed.
    titles : sequence of str
        Text above the table, sheet name, file name: evidence for the table, the nearest first.
    """
    fixed = {folded(name): column for name, column in settings.columns.get(table, {}).items()}
    said = _referred(headers)
    offers: list[tuple[float, int, str, str]] = []
    best: list[list[tuple[float, str]]] = [[] for _ in headers]
    likest: list[list[float]] = [[] for _ in headers]
    decided: dict[int, Match] = {}
    taken: set[str] = set()
    for i, header in enumerate(headers):
        key = folded(header)
        if key in fixed:
            column = fixed[key] or None
            decided[i] = Match(column, 1.0 if column else 0.0, "settings")
            if column:
                taken.add(column)
            continue
        for column, weight, kind in _all_offers(table, said[i], profiles[i]):
            score = weight * _fits(table, column, header, profiles[i])
            score *= EARLIER if _EARLIER.search(key) else 1.0
            best[i].append((score, column))
            likest[i] += [weight] if kind == "likeness" else []
            if score >= ACCEPT:
                offers.append((score, i, column, kind))
        best[i].sort(reverse=True)
    # Of figures of a year and of a month those of the year are meant, of two years those of the later one.
    ranked = sorted(
        (-score * _of_a_year(headers[i]), -_year_of(headers[i]), i, n) for n, (score, i, *_) in enumerate(offers)
    )
    for score, i, column, kind in (offers[n] for *_, n in ranked):
        shared = (table, column) in SHARED and kind in ("dictionary", "pattern")
        if i in decided or (column in taken and not shared):
            continue
        rivals = [s for s, c in best[i] if c != column and c not in taken]
        if kind == "likeness" and (column in taken or score < LIKENESS or (rivals and score - rivals[0] < 0.08)):
            continue
        # Letters that are as like two names say neither.
        if kind == "likeness" and sum(weight > max(likest[i]) - ALIKE for weight in likest[i]) > 1:
            continue
        if kind != "dictionary" and rivals and score - rivals[0] < 0.03 and score < 0.9:
            continue
        decided[i] = Match(column, score, kind)
        taken.add(column)
    factor, addition = _entitled(table, titles)
    _claim_keys(table, headers, best, profiles, decided, taken, addition > 0, addition > TITLES[-1][1])
    matches = []
    for i in range(len(headers)):
        if i in decided:
            matches.append(decided[i])
            continue
        open_ = tuple(c for s, c in best[i] if s >= ASK and c not in taken)[:2]
        matches.append(Match(None, best[i][0][0] if best[i] else 0.0, "", open_))
    weight = _weight(table, headers, matches, addition > 0)
    return Mapping_(table, tuple(matches), weight * factor + addition if weight else 0.0)


EARLIER = 0.85
"""Factor of evidence for a column that speaks of an earlier year than the others."""
_EARLIER = re.compile(r"前年度?|前々年|一昨年|過年度|前回|(?:^|_)旧(?!姓)|改編前|改正前|統合前")
_AS_LEFT = re.compile(r"^(?:同左|同上|左記|上記)の?")


def _referred(headers: Sequence[str]) -> list[str]:
    """Headers with the name of the one to the left in place of 同左 (同左改訂年月 behind 手順書)."""
    found: list[str] = []
    for header in headers:
        own = _AS_LEFT.sub("", header.strip())
        left = found[-1] if found else ""
        found.append(f"{left}{own}" if own != header.strip() and own and left else header)
    return found


SHORTER = 0.85
"""Factor of a figure of a month, a week or a day among those offered: it tells a year's where nothing else does."""


def _of_a_year(header: str) -> float:
    named = unit(header_unit(header))
    return SHORTER if named is not None and named.per not in (0.0, 1.0) else 1.0


@lru_cache(maxsize=20_000)
def _year_of(header: str) -> int:
    """The year that a header speaks of, 0 where it names none."""
    named = re.search(r"(令和|平成|[rh])(元|\d{1,2})|(20\d\d)", folded(header))
    if not named:
        return 0
    if named[3]:
        return int(named[3])
    return (2018 if named[1] in ("令和", "r") else 1988) + (1 if named[2] == "元" else int(named[2]))


@lru_cache(maxsize=1 << 12)
def _all_offers(table: str, header: str, shape: Profile) -> tuple[tuple[str, float, str], ...]:
    """Columns that a header may mean with the answers it names, or without them, or by answers alone."""
    head = asked(header)
    best: dict[str, tuple[float, str]] = {}
    for text in dict.fromkeys((head.whole, head.name)):
        for column, weight, kind in _offers(table, text, shape):
            best[column] = max(best.get(column, (0.0, "")), (weight, kind))
    if not is_foreign(table, header):
        sure = sure_columns(shape, table)
        for column in coded_columns(table):
            if best.get(column, (0.0, ""))[0] >= BY_ANSWERS:
                continue
            if head.words and (all_own(head.words, table, column) or abbreviated(head.words, table, column)):
                best[column] = (BY_ANSWERS, "answers")
            elif column in sure:
                best[column] = max(best.get(column, (0.0, "")), (BY_VALUES, "answers"))
    return tuple((column, weight, kind) for column, (weight, kind) in best.items())


BY_ANSWERS, BY_VALUES = 0.74, 0.62
"""Evidence of answers that are words of one column: where the header names them, and where they stand beneath."""


def _offers(table: str, header: str, shape: Profile) -> list[tuple[str, float, str]]:
    """Columns that a header may mean by its name, and where none is named outright, by the meaning of its words and by
    what other hands head so."""
    named = candidates(table, header)
    if is_foreign(table, header):
        outright = {column: (weight, kind) for column, weight, kind in named if kind in ("dictionary", "question")}
        return weighed(outright, {c: share for c, share in _headed_alike(table, header).items() if share >= DESPITE})
    if named and named[0][1] * _fits(table, named[0][0], header, shape) > KNOWN:
        return list(named)
    means = meant(table, header, header_unit(header), shape)
    by_name = (offer for offer in named if offer[2] == "dictionary" and offer[1] > NAMED)
    if any(weight * _fits(table, column, header, shape) >= ACCEPT for column, weight, _ in by_name):
        return [*_said_better(table, header, named[0], means), *named]
    best = {column: (weight, kind) for column, weight, kind in named}
    for column, weight in means.items():
        if weight > best.get(column, (0.0, ""))[0]:
            best[column] = (weight, "meaning")
    return weighed(best, _headed_alike(table, header))


def _headed_alike(table: str, header: str) -> dict[str, float]:
    """Shares of the columns that other hands head so, but for those that a word of the header rules out."""
    if "_" in header and is_answer(header.rsplit("_", 1)[-1]):
        return {}  # one answer of a question whose answers each have a column
    never = ruled_out(table, header)
    return {column: share for column, share in likely(table, header).items() if column not in never}


DESPITE = 0.9
"""Share of like headings from which a column is meant although a word speaks of something its table does not keep."""


def _said_better(
    table: str, header: str, named: tuple[str, float, str], means: Mapping[str, float]
) -> list[tuple[str, float, str]]:
    """The column that all words of a header mean, where the one named by some of them leaves others unexplained.

    移行前_年間経費 names a running cost and means the one before migration.
    """
    column, weight, _ = named
    turned = qualified(table, header)
    others = [(evidence, other) for other, evidence in means.items() if other in turned]
    if column in turned or not others:
        return []
    evidence, other = max(others)
    if evidence < BETTER or evidence - means.get(column, 0.0) < BETTER_BY:
        return []
    return [(other, min(1.0, weight + 0.1), "meaning")]


def _entitled(table: str, titles: Sequence[str]) -> tuple[float, float]:
    """Factor and addition that title, sheet name and file name give a table: those of the nearest that names it."""
    return next((given for said, given in zip(titles, TITLES, strict=False) if entitled(table, said)), (1.0, 0.0))


def entitled(table: str, title: str) -> bool:
    """Whether a title, a sheet's name or a file's name speaks for ``table``."""
    return any(word in folded(title) for word in load("headers")["tables"][table])


def _claim_keys(
    table: str,
    headers: Sequence[str],
    best: Sequence[Sequence[tuple[float, str]]],
    profiles: Sequence[Profile],
    decided: dict[int, Match],
    taken: set[str],
    titled: bool,
    near: bool,
) -> None:
    """Without its key a table is lost: the key goes before what else the same header could mean; failing that, where
    the other headers speak plainly (fewer, where a title does), it is the column whose texts tell the rows apart."""
    for key in KEY_COLUMNS[table]:
        if key in taken:
            continue
        offers = [(s, i) for i, found in enumerate(best) for s, c in found if c == key and s >= ACCEPT]
        offers = offers or [(s, i) for i, s in enumerate(_key_meant(table, key, headers, profiles)) if s >= ACCEPT]
        offers = [(s, i) for s, i in offers if i not in decided or decided[i].evidence != "settings"]
        if offers:
            score, i = max(offers)
            taken.discard(decided[i].column if i in decided else None)
            decided[i] = Match(key, score, "key")
            taken.add(key)
            continue
        plain = [headers[i] for i, m in decided.items() if m.column and m.score >= PLAIN]
        if titled and len(plain) < WITHOUT_KEY - near:
            continue
        telling = sum(not is_generic(h) for h in plain)
        if not titled and (telling < WITHOUT_KEY or len(decided) < 0.4 * len(headers)):
            continue
        found = _likest_key(table, key, best, profiles, decided)
        if found is not None:
            taken.discard(decided[found].column if found in decided else None)
            decided[found] = Match(key, ACCEPT, "values")
            taken.add(key)


def _key_meant(table: str, key: str, headers: Sequence[str], profiles: Sequence[Profile]) -> list[float]:
    """How surely each header's words mean the key, though another column is named by some of them."""
    return [
        meant(table, h, header_unit(h), shape).get(key, 0.0) * _fits(table, key, h, shape)
        for h, shape in zip(headers, profiles, strict=True)
    ]


def _likest_key(
    table: str,
    key: str,
    best: Sequence[Sequence[tuple[float, str]]],
    profiles: Sequence[Profile],
    decided: Mapping[int, Match],
) -> int | None:
    """The column that can name a table's rows though its header does not say so: free first, then one of free text."""
    spec = tables()[table]["columns"][key]
    ranked = []
    for i, shape in enumerate(profiles):
        texts = shape.count > 0 and shape.numeric < 0.2 and shape.dates < 0.2 and 2 <= shape.length <= 40
        if not texts or fits(shape, table, key, spec) < 0.9 or (key == "department") != (shape.departments >= 0.5):
            continue
        apart = shape.distinct > 0.8 or key in ("action", "department")
        found = decided.get(i)
        held = found is not None and not (found.column in _FREE or found.evidence in ("likeness", "headings"))
        if not apart or held or (found is not None and found.evidence == "settings"):
            continue
        hinted = max((s for s, c in best[i] if c == key), default=0.0)
        finest = _FREE.index(found.column) if found is not None and found.column in _FREE else 0
        ranked.append((i in decided, -hinted, finest, i))
    return min(ranked)[-1] if ranked else None


_FREE = ("category_minor", "category_middle", "function", "purpose", "note")
"""Columns of free text: a header that may mean one of them may as well name the row, the first the likest."""


def _fits(table: str, column: str, header: str, shape: Profile) -> float:
    """Whether the values beneath and the unit in the header can be those of ``column``, 0–1."""
    spec = tables()[table]["columns"][column]
    return fits(shape, table, column, spec) * _unit_fits(header, spec)


def _unit_fits(header: str, spec: Mapping[str, object]) -> float:
    """A header that counts 件 is no column of hours."""
    named = header_unit(header)
    if not named or spec["type"] != "num" or not spec.get("unit"):
        return 1.0
    yearly = unit(named) is not None and unit(named).per != 0
    of_one = str(spec["unit"]).endswith("/件")
    return 0.2 if (yearly and of_one) or number(1.0, str(spec["unit"]), named).value is None else 1.0


_SPEAKS = {"meaning": 0.6, "headings": 0.6}
"""How much kinds of evidence count for what table it is, where no title says so: any list may have such words."""


def _weight(table: str, headers: Sequence[str], matches: Sequence[Match], titled: bool) -> float:
    weight = 0.0
    columns = {m.column for m in matches if m.column}
    of_bureaus = table == "organization" and "bureau" in columns
    if not set(KEY_COLUMNS[table]) <= columns and not of_bureaus:
        return 0.0
    if not titled and _keys_likened(table, matches):
        return 0.0
    answers = 0
    for header, found in zip(headers, matches, strict=True):
        if found.column is None:
            continue
        if table == "survey" and re.fullmatch(r"q\d\d", found.column):
            answers += 1
            continue
        weight += (
            found.score * (0.3 if is_generic(header) else 1.0) * (1.0 if titled else _SPEAKS.get(found.evidence, 1.0))
        )
    if table == "survey":
        about = {"position", "age_band", "employment_type", "years_in_post", "ai_use", "training", "dx_role"} & columns
        asked = answers >= 3 or {"ai_use", "training", "dx_role"} & columns or len(about) + answers >= 2
        if not asked and not (titled and len(about) + answers):
            return 0.0
        weight += 0.3 * len(about)
        weight += min(answers, 20) * 0.5
    return weight


def _keys_likened(table: str, matches: Sequence[Match]) -> bool:
    """Whether a table's key is only headed like its keys, and hardly another column speaks plainly."""
    columns = (*KEY_COLUMNS[table], "bureau") if table == "organization" else KEY_COLUMNS[table]
    keys = {m.evidence for m in matches if m.column in columns}
    plain = sum(m.column is not None and m.column not in columns and m.score >= PLAIN for m in matches)
    return "headings" in keys and keys <= {"headings", "values"} and plain < WITHOUT_KEY


def table_of(
    headers: Sequence[str], profiles: Sequence[Profile], settings: Settings, titles: Sequence[str] = ()
) -> Mapping_ | None:
    """The canonical table that headers and ``titles`` (as in `match`) speak for, None where they speak for none."""
    possible = [t for t in tables() if _possible(t, headers, profiles, settings) or _entitled(t, titles)[1]]
    if not possible:
        return None
    found = [match(table, headers, profiles, settings, titles) for table in possible]
    chosen = max(found, key=lambda m: m.weight)
    if _key_guessed(chosen):
        # A table whose key is named goes before one whose key is guessed.
        named = [m for m in found if m.weight and not _key_guessed(m)]
        rival = max(named, key=lambda m: m.weight, default=chosen)
        chosen = rival if rival.weight >= 0.8 * chosen.weight else chosen
    if _says_nothing(chosen, headers, titles):
        return None
    columns = {m.column for m in chosen.matches if m.column}
    owner = columns & {"department", "owner_department"}
    if owner and len(columns) >= 3 and chosen.weight > 0 and len(columns) >= 0.7 * len([h for h in headers if h]):
        return chosen
    few = len(columns) < 2 or (chosen.weight < 2 and len(columns) < 0.12 * len([h for h in headers if h]))
    if chosen.weight < 1.25 or few:
        return None
    return chosen


def _key_guessed(found: Mapping_) -> bool:
    """Whether only its values, or headings like it, say that a column is the table's key."""
    keys = KEY_COLUMNS[found.table]
    return any(m.column in keys and m.evidence in ("values", "headings") for m in found.matches)


def _says_nothing(chosen: Mapping_, headers: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether only headers that any list has (件名, 日時, 内容, 対応者) speak for the table."""
    vague = {header_key(word)[0] for word in load("headers")["generic"]["vague"]}
    keys = [i for i, m in enumerate(chosen.matches) if m.column in KEY_COLUMNS[chosen.table]]
    if not keys or any(header_key(headers[i])[0] not in vague for i in keys) or _entitled(chosen.table, titles)[1]:
        return False
    telling = [h for h, m in zip(headers, chosen.matches, strict=True) if m.column and m.score >= PLAIN]
    return sum(not is_generic(h) and header_key(h)[0] not in vague for h in telling) < (
        2 if chosen.table == "businesses" else 1
    )


def _possible(table: str, headers: Sequence[str], profiles: Sequence[Profile], settings: Settings) -> bool:
    """Whether any header could be the table's key; spares matching the others."""
    keys = KEY_COLUMNS[table] if table != "organization" else ("department", "bureau")
    if not keys or settings.columns.get(table):
        return True
    if any(column in keys for header in headers for column, _, _ in candidates(table, header)):
        return True
    named = 0
    for header, shape in zip(headers, profiles, strict=True):
        offered = _all_offers(table, header, shape)
        named += bool(offered)
        if named >= WITHOUT_KEY or any(column in keys for column, _, _ in offered):
            return True
    return False
