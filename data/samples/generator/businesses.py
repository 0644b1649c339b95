"""What does a department do, and how? Its work with hours, media, manuals … as its character says.

Nothing is drawn evenly: hours are cases × minutes, rounded as people round; what remains of the department's year
goes to planning and consulting by heavy-tailed weights; a mark (paper, Excel, one person only …) falls first on the
work to which it fits, until the department's character is reached.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from . import complaints
from .city import KINDS, City, Department, Work, months

YEAR_HOURS = 1800

COMMON = (
    # name, ground, routine, how much of the chores it is
    ("文書の収受・配布", "文書取扱規程", True, 0.7),
    ("課の庶務（服務・旅費・給与）", "服務規程", True, 1.4),
    ("予算・決算事務", "財務規則", False, 1.1),
    ("庁内照会・調査への回答", "", False, 0.9),
    ("議会答弁資料の作成", "", False, 0.7),
    ("課内会議・部内調整", "", False, 0.9),
    ("物品購入・支払事務", "財務規則", True, 0.8),
    ("ホームページ掲載・広報原稿", "広報発行規則", False, 0.4),
)
GENERAL = (
    ("{}に関する電話・窓口対応", "G", "事務分掌規則"),
    ("{}の制度改正・様式変更への対応", "L", "事務分掌規則"),
    ("{}に関する国・県への報告", "L", "事務分掌規則"),
    ("{}の関係団体・委託先との調整", "L", "事務分掌規則"),
)
ONE_PERSON = 2000


def round_like_people(hours: float, dice: random.Random) -> float:
    """Nobody writes 1,203.3 hours: the larger, the rounder."""
    if hours < 60:
        step = 5 if dice.random() < 0.6 else 1
    elif hours < 300:
        step = 10 if dice.random() < 0.7 else 5
    elif hours < 1500:
        step = 50 if dice.random() < 0.3 else 10
    else:
        step = 100 if dice.random() < 0.55 else 50 if dice.random() < 0.6 else 10
    return float(max(step, round(hours / step) * step))


def _common_work(city: City, d: Department) -> list[Work]:
    """The chores every office has, and the one big unnamed task: telephones, or rules that change every year."""
    dice = city.dice("common", d.code)
    order = list(COMMON)
    dice.shuffle(order)
    few = 2 if dice.random() < 0.45 else 3
    chosen = [
        Work(n, "K", law, None, None, size * dice.lognormvariate(0, 0.25), (), (), (), {"routine": str(r)})
        for n, law, r, size in order[:few]
    ]
    name, kind, law = dice.choice(GENERAL)
    return [
        *chosen,
        Work(
            name.format(d.bureau if d.name == "総務課" else d.name.removesuffix("課")),
            kind,
            law,
            None,
            None,
            3.0,
            (),
            (),
            (),
            {},
        ),
    ]


def _hours(city: City, d: Department, work: list[Work]) -> tuple[list[float], list[float | None]]:
    """Hours per year and minutes per case of each work; together what the department's staff can do (or more)."""
    dice = city.dice("hours", d.code)
    clean = bool(d.plan.get("clean"))
    load = d.plan.get("load") or min(1.03, max(0.885, dice.gauss(0.955, 0.035)))
    year = d.headcount * YEAR_HOURS * load
    share = d.plan.get("common") or min(0.21, max(0.08, dice.gauss(0.15, 0.035)))
    if clean:
        share = min(share, 0.16)
    by_case = [w.cases * w.minutes / 60 if w.minutes else 0.0 for w in work]
    open_ = [
        650 * (w.weight or 0) ** 1.1 * dice.lognormvariate(0, 0.3) if w.weight and w.kind != "K" else 0.0 for w in work
    ]
    chores = [w.weight or 0.0 if w.kind == "K" else 0.0 for w in work]
    # What the counted cases leave is shared: cases take somewhat longer than told, planning somewhat more.
    wanted = year * (1 - share)
    told = sum(by_case) + sum(open_)
    both = wanted / told
    stretch = 1.0 if clean else both
    rest = (wanted - sum(by_case) * stretch) / sum(open_)
    hours: list[float] = []
    minutes: list[float | None] = []
    for w, counted, planned, chore in zip(work, by_case, open_, chores, strict=True):
        if counted:
            each = _round_minutes(w.minutes * stretch)
            minutes.append(each)
            hours.append(w.cases * each / 60)
        else:
            minutes.append(None)
            hours.append(year * share * chore / sum(chores) if chore else planned * rest)
    return hours, minutes


def _round_minutes(exact: float) -> float:
    for limit, step in ((1, 0.1), (5, 0.5), (20, 1), (60, 5), (180, 10), (600, 30)):
        if exact < limit:
            return round(max(step, round(exact / step) * step), 2)
    return float(round(exact / 60) * 60)


def _pick(
    rows: list[dict],
    target: float,
    weight: Callable[[dict], float],
    fits: Callable[[dict], float],
    able: Callable[[dict], bool] = bool,
) -> set[int]:
    """Rows that are ``able``, best fitting first, whose share of the weight comes nearest to ``target``."""
    total = sum(weight(r) for r in rows) or 1.0
    order = sorted(range(len(rows)), key=lambda i: -fits(rows[i]))
    chosen: set[int] = set()
    reached = 0.0
    for i in order:
        step = weight(rows[i]) / total
        if step == 0 or not able(rows[i]) or abs(reached + step - target) >= abs(reached - target):
            continue
        chosen.add(i)
        reached += step
    return chosen


def _peak(ms: tuple[int, ...], dice: random.Random) -> str:
    """Months as people write them."""
    runs: list[list[int]] = []
    for m in ms:
        if runs and m == runs[-1][-1] % 12 + 1:
            runs[-1].append(m)
        else:
            runs.append([m])
    parts = []
    for run in runs:
        if len(run) == 1:
            parts.append(f"{run[0]}月")
        else:
            parts.append(dice.choice((f"{run[0]}月～{run[-1]}月", f"{run[0]}～{run[-1]}月", f"{run[0]}-{run[-1]}月")))
    return "、".join(parts)


def businesses(city: City, d: Department, units: dict[str, str]) -> list[dict]:
    """The department's rows of the business inventory: the truth, in canonical columns and units.

    ``units`` says in which unit its bureau writes hours, minutes and money: a value is true only as precisely as it
    was written.
    """
    if not d.answered:
        return []
    plan = d.plan
    clean = bool(plan.get("clean"))
    dice = city.dice("rows", d.code)
    work = [*d.work, *_common_work(city, d)]
    all_hours, all_minutes = _hours(city, d, work)
    rows: list[dict] = []
    for w, exact, minutes in zip(work, all_hours, all_minutes, strict=True):
        hours = round_like_people(exact, dice) if dice.random() < 0.85 else float(round(exact))
        if units["hours"] == "人日":
            hours = max(0.5, round(hours / 7.75 * 2) / 2 if hours < 155 else round(hours / 7.75)) * 7.75
        if minutes and units["minutes"] == "時間":
            minutes = max(0.1, round(minutes / 60, 1 if minutes >= 6 else 2)) * 60
            minutes = round(minutes, 4)
        row = {
            "department_code": d.code,
            "bureau": d.bureau,
            "department": d.full_name,
            "category_major": KINDS[w.kind],
            "business": w.name,
            "legal_basis": w.law or None,
            "annual_cases": w.cases,
            "minutes_per_case": minutes,
            "annual_hours": round(hours, 4),
            "peak_period": _busy(w, plan, clean, dice),
            "systems_used": w.systems,
            "office_tools": w.tools,
            "form_number": (w.marks["form"],) if "form" in w.marks else None,
            "fee_payment": w.marks.get("fee"),
            "regulation_kind": tuple(x for x in w.marks.get("reg", "").replace("・", "|").split(",") if x),
            "_work": w,
        }
        row["regulation_kind"] = tuple(x.replace("|", "・") for x in row["regulation_kind"])
        rows.append(row)
    _people(rows, d, dice, units)
    _nature(rows, d, dice)
    _paper(rows, d, dice)
    _counter(rows, d, dice)
    _tools(rows, d, dice)
    _knowledge(rows, d, dice)
    _money(rows, d, dice, units)
    _troubles(rows, city, d, dice)
    for number, row in enumerate(rows, start=1):
        row["business_id"] = f"{d.code}-{number:02d}"
        for column in plan.get("blank", ()):
            row[column] = None
    return rows


def _busy(w: Work, plan: dict, clean: bool, dice: random.Random) -> str | None:
    """When it is busy: as the calendar says; where the whole office has one season, nearly everything with it."""
    if clean:
        return "通年"
    season = plan.get("peak")
    if season and (not w.months or dice.random() < 0.75):
        return _peak(months(season), dice)
    if w.months:
        return _peak(w.months, dice)
    return "通年" if dice.random() < 0.62 else None


def _people(rows: list[dict], d: Department, dice: random.Random, units: dict[str, str]) -> None:
    """Who does it: regular and fixed-term hours, and how many know how."""
    helpers = d.fixed_term / d.headcount
    taste = {"C": 1.9, "K": 1.3, "T": 1.2, "S": 1.2, "P": 1.15, "F": 1.1, "M": 0.6, "G": 0.6, "L": 0.15}
    for r in rows:
        share = min(0.85, helpers * taste[r["_work"].kind] * dice.lognormvariate(0, 0.2))
        step = 7.75 if units["hours"] == "人日" else 10 if r["annual_hours"] >= 100 else 5
        theirs = round(r["annual_hours"] * share / step) * step
        theirs = min(max(theirs, 0), r["annual_hours"])
        r["fixed_term_staff_hours"] = round(float(theirs), 4)
        r["regular_staff_hours"] = round(r["annual_hours"] - theirs, 4)
    alone = _pick(
        rows,
        d.plan.get("keyperson", 0.13),
        lambda r: r["annual_hours"],
        lambda r: (
            {"S": 3, "L": 2, "M": 1.5, "G": 1, "P": 1, "T": 0.8, "F": 0.5, "C": -1, "K": 0}[r["_work"].kind]
            - r["annual_hours"] / 4000
            + dice.gauss(0, 0.7)
        ),
        able=lambda r: r["annual_hours"] <= ONE_PERSON,
    )
    for i, r in enumerate(rows):
        crew = 2 + round(r["annual_hours"] / 1500 + abs(dice.gauss(0, 0.6)))
        r["assigned_staff"] = 1.0 if i in alone else float(min(d.headcount, crew))


def _nature(rows: list[dict], d: Department, dice: random.Random) -> None:
    """Core or not, routine or not."""
    clean = d.plan.get("clean")
    for r in rows:
        kind = r["_work"].kind
        routine = r["_work"].marks.get("routine") == "True" if kind == "K" else kind in "PCTS"
        if clean:
            routine = kind in "PCT" and r["annual_hours"] < 98
        r["routine"] = "routine" if routine else "nonroutine"
    noncore = _pick(
        rows,
        d.plan.get("noncore", 0.19 if not clean else 0.15),
        lambda r: r["regular_staff_hours"],
        lambda r: (
            {"C": 3, "K": 2.6, "S": 2, "T": 1.4, "F": 1.2, "P": 0.8, "M": 0.3, "G": -1, "L": -1.5}[r["_work"].kind]
            + dice.gauss(0, 0.5)
        ),
    )
    for i, r in enumerate(rows):
        r["core"] = "noncore" if i in noncore else "core"


def _paper(rows: list[dict], d: Department, dice: random.Random) -> None:
    """Paper, seal, approval, and what ordinances demand."""
    papery = _pick(
        rows,
        d.plan.get("paper", 0.42 if not d.plan.get("clean") else 0.2),
        lambda r: r["annual_hours"],
        lambda r: (
            (3 if "paper" in r["_work"].marks else 0)
            + {"P": 1.5, "C": 1.3, "M": 0.9, "S": 0.6, "K": 0.6, "G": 0.5, "T": 0.3, "F": 0.3, "L": 0}[r["_work"].kind]
            + dice.gauss(0, 0.6)
        ),
    )
    for i, r in enumerate(rows):
        filed_online = float(r["_work"].marks.get("on") or 0) > 0
        only = "paper" in r["_work"].marks and not filed_online and dice.random() < 0.62
        r["medium"] = ("paper" if only else "both") if i in papery else "digital"
    by_screen = _pick(
        rows,
        d.plan.get("eapproval", 0.94),
        lambda r: 1.0,
        lambda r: (
            (0 if "seal" in r["_work"].marks else 2)
            + {"digital": 2, "both": 1, "paper": 0}[r["medium"]]
            + dice.gauss(0, 0.4)
        ),
    )
    if d.plan.get("clean"):
        by_screen = set(range(len(rows)))
    for i, r in enumerate(rows):
        r["approval"] = "electronic" if i in by_screen else "paper"


def _counter(rows: list[dict], d: Department, dice: random.Random) -> None:
    """What the resident meets: online filing, seal, coming in person, what the rules demand."""
    for r in rows:
        w = r["_work"]
        counter = w.kind in "PC" or "on" in w.marks
        if not counter:
            for column in ("online_available", "online_cases", "seal", "in_person", "writing_mandated"):
                r[column] = None
            continue
        rate = w.marks.get("on", "")
        r["online_available"] = "true" if rate else "false"
        share = float(rate or 0) / 100
        r["online_cases"] = float(round(w.cases * share)) if w.cases else 0.0
        r["seal"] = "true" if "seal" in w.marks else "false"
        r["in_person"] = "true" if "face" in w.marks else "partial" if w.kind == "G" else "false"
        if "ord" in w.marks:
            r["writing_mandated"] = "ordinance"
        elif w.law and ("paper" in w.marks or "seal" in w.marks) and w.law.endswith("法"):
            r["writing_mandated"] = "law"
        else:
            r["writing_mandated"] = "none"
        if d.plan.get("clean"):
            r["writing_mandated"], r["seal"], r["in_person"] = "none", "false", "false"


def _tools(rows: list[dict], d: Department, dice: random.Random) -> None:
    """Spreadsheets, systems, personal information, and data typed twice."""
    alone = [r for r in rows if r["office_tools"] and not r["systems_used"]]
    sensitive = {"specific": 3, "sensitive": 2, "personal": 1}
    for r in rows:
        marks = r["_work"].marks
        kind = r["_work"].kind
        core = any(
            s in r["_work"].law
            for s in (
                "地方税法",
                "市税条例",
                "番号法",
                "国民健康保険法",
                "介護保険法",
                "住民基本台帳法",
                "児童手当法",
                "生活保護法",
            )
        )
        if "sensitive" in marks:
            r["personal_information"] = "sensitive"
        elif core and r["systems_used"] and kind in "PCTG":
            r["personal_information"] = "specific"
        elif "personal" in marks or kind in "CG" or (kind == "P" and r["systems_used"]):
            r["personal_information"] = "personal"
        else:
            r["personal_information"] = "none"
        if d.plan.get("clean") and r["personal_information"] != "none":
            r["personal_information"] = "personal"
    keep = d.plan.get("excel", 0.24) * len(rows)
    # Personal data stays in spreadsheets where the character says so, elsewhere mostly not.
    sign = -1 if d.plan.get("personalexcel") else 1
    order = sorted(alone, key=lambda r: sign * sensitive.get(r["personal_information"], 0) - dice.random())
    for r in order[max(1, round(keep)) :]:
        # What is not kept in a spreadsheet of one's own goes through the shared office suite.
        r["office_tools"] = ()
        r["systems_used"] = ("グループウェア",)
    twice = [
        r
        for r in sorted(rows, key=lambda r: -len(r["systems_used"]) - 0.5 * len(r["office_tools"]) - dice.random())
        if r["_work"].kind in "PCTS" and (r["systems_used"] or r["office_tools"])
    ][: d.plan.get("double", 0)]
    for r in rows:
        w = r["_work"]
        if r in twice:
            r["data_source"] = dice.choice(
                ("紙の申請書", "窓口で受けた届書", "他課から届くExcel", "県からの通知（紙）")
            )
            r["data_transfer"] = "manual" if dice.random() < 0.55 else "csv_manual" if dice.random() < 0.6 else "paper"
        elif r["systems_used"] and w.kind in "PCT":
            r["data_source"] = dice.choice(("住民記録からの連携", "申請フォームのデータ", "業者の取込ファイル"))
            r["data_transfer"] = "api" if dice.random() < 0.35 else "file"
        else:
            r["data_source"], r["data_transfer"] = None, "none"


def _knowledge(rows: list[dict], d: Department, dice: random.Random) -> None:
    """Manuals and the ground in law."""
    without = _pick(
        rows,
        d.plan.get("nomanual", 0.2 if not d.plan.get("clean") else 0.1),
        lambda r: 1.0,
        lambda r: (
            {"L": 2, "G": 1.6, "M": 1.2, "F": 1.2, "K": 0.8, "S": 0.8, "P": 0, "T": 0, "C": -1}[r["_work"].kind]
            + (1 if r["assigned_staff"] == 1 else 0)
            + dice.gauss(0, 0.8)
        ),
    )
    for i, r in enumerate(rows):
        r["manual"] = "false" if i in without else ("partial" if dice.random() < 0.28 else "true")
        if r["manual"] != "false":
            age = dice.choices((0, 1, 2, 3, 5, 8), (18, 22, 18, 14, 18, 10))[0]
            r["manual_updated"] = f"{2026 - age}-{dice.choices((4, 3, 5, 6, 8, 7), (30, 20, 15, 12, 12, 11))[0]:02d}"
        else:
            r["manual_updated"] = None
    goal = d.plan.get("nobasis")
    laws = [r["_work"].law for r in rows if r["_work"].law]
    for r in rows:
        if goal is None and r["legal_basis"] is None and r["_work"].kind != "K" and dice.random() < 0.7:
            r["legal_basis"] = "要綱（内規）"
        if r["legal_basis"] is None and r["_work"].kind == "K":
            r["legal_basis"] = dice.choice(("事務分掌規則", "財務規則", "文書取扱規程")) if goal is None else None
    if d.plan.get("clean"):
        for r in rows:
            r["legal_basis"] = r["legal_basis"] or (laws[0] if laws else "事務分掌規則")
    if goal:
        missing = [r for r in rows if r["legal_basis"] is None]
        fits = sorted(
            (r for r in rows if r["legal_basis"]),
            key=lambda r: {"K": 0, "F": 1, "L": 1, "S": 2}.get(r["_work"].kind, 3) + dice.random(),
        )
        for r in fits[: max(0, round(goal * len(rows)) - len(missing))]:
            r["legal_basis"] = None


def _money(rows: list[dict], d: Department, dice: random.Random, units: dict[str, str]) -> None:
    """Budgets in 千円: a few large, many small, some without."""
    middle = {"L": 900, "F": 2400, "M": 9000, "T": 1800, "P": 650, "C": 300, "G": 700, "S": 250, "K": 350}
    for r in rows:
        w = r["_work"]
        if dice.random() < 0.17:
            r["budget"] = None
        else:
            amount = middle[w.kind] * dice.lognormvariate(0, 1.0) * (r["annual_hours"] / 900) ** 0.4
            if "補助金" in w.name or "支給" in w.name or "助成" in w.name:
                amount *= 9
            digits = 10 if amount < 1000 else 100 if amount < 20000 else 1000
            r["budget"] = float(max(digits, round(amount / digits) * digits))
        r["outsourcing"] = (
            "true"
            if (w.kind == "M" and dice.random() < 0.6) or "委託" in w.name
            else "partial"
            if dice.random() < 0.12
            else "false"
        )
        r["measurement_method"] = dice.choices(("estimated", "reported", "ratio", "measured"), (52, 26, 15, 7))[0]
        r["outcome_measure"] = (
            {"P": "処理日数", "C": "交付件数", "T": "収納率", "G": "相談件数", "F": "参加者数"}.get(w.kind)
            if dice.random() < 0.4
            else None
        )


def _troubles(rows: list[dict], city: City, d: Department, dice: random.Random) -> None:
    """What they complain about, and whether anybody took it on."""
    clean = d.plan.get("clean")
    heavy = sorted(rows, key=lambda r: -(r["annual_hours"] ** 0.3) * dice.lognormvariate(0, 0.35))
    told = heavy[: max(4, round(len(rows) * min(0.65, max(0.3, dice.gauss(0.42, 0.08)))))]
    idle = round(d.plan.get("unimproved", 0.3 if not clean else 0.2) * len(told))
    order = sorted(told, key=lambda r: -dice.random() - (r["medium"] != "digital") * 0.4)
    used: set[str] = set()
    for r in rows:
        r["reported_issue"] = r["improvement_idea"] = r["improvement_owner"] = r["improvement_due"] = None
        if not any(r is t for t in told):
            continue
        r["reported_issue"] = complaints.business(r, dice, used)
        if any(r is o for o in order[:idle]):
            continue
        r["improvement_idea"] = complaints.idea(r, dice)
        if dice.random() < 0.75:
            r["improvement_owner"] = dice.choice(("係長", "担当係", "主査", f"{d.name}長", "窓口係", "庶務係"))
        if dice.random() < 0.6:
            r["improvement_due"] = dice.choice(("2027-03", "2027-03-31", "2026-12", "FY2027", "2028-03"))
