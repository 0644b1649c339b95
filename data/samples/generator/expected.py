"""Which issues hold in the city? Computed from the truth alone, by the definitions of the issue catalogue.

Written apart from the product on purpose: tests hold the product against it. A value nearer to its bar than
``MARGIN`` is listed neither as an issue nor as clean.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from statistics import mean

MARGIN = 0.015
CITY = "全庁"
OFFICE = ("Excel", "Access")

# Online application rates of the same procedure in 1,741 municipalities (FY2022): lower quartile, median, in %.
# Source: デジタル庁「自治体DXの取組に関するダッシュボード」を加工して作成; the lower of
# "all" and "other cities" where they differ.
NATIONAL = {
    "1": (39.0, 57.0),
    "2": (14.0, 43.0),
    "3": (31.0, 52.0),
    "4": (66.0, 72.0),
    "8": (2.5, 5.2),
    "15": (9.0, 22.0),
    "17": (0.1, 1.6),
    "19": (80.0, 97.0),
    "20": (78.0, 100.0),
    "21": (53.0, 76.0),
    "31": (2.0, 2.6),
}

DEPARTMENT_CODES = [
    "G01",
    "G02",
    "G03",
    "G04",
    "G05",
    "G06",
    "G07",
    "G08",
    "G09",
    "G10",
    "O01",
    "O02",
    "O05",
    "O07",
    "O08",
    "H02",
    "H04",
    "H05",
    "H06",
    "H07",
    "H08",
    "D01",
    "D02",
    "D07",
    "D09",
    "R01",
    "R02",
    "R04",
    "R06",
    "R07",
]
CITY_CODES = [
    "G01",
    "G03",
    "G04",
    "G05",
    "G07",
    "G08",
    "G09",
    "G10",
    "O01",
    "O02",
    "O03",
    "O04",
    "O05",
    "O06",
    "O08",
    "H01",
    "H02",
    "H03",
    "H04",
    "H05",
    "H06",
    "H07",
    "H08",
    "D01",
    "D02",
    "D03",
    "D04",
    "D05",
    "D06",
    "D08",
    "D09",
    "D10",
    "R01",
    "R02",
    "R03",
    "R04",
    "R05",
    "R06",
    "R07",
    "R08",
    "R09",
]


def filled(rows: list[dict], *columns: str) -> list[dict]:
    return [r for r in rows if all(r.get(c) is not None for c in columns)]


def share(rows: list[dict], part: Callable[[dict], bool], weight: str | None = None) -> float | None:
    """Share of the rows (of their hours) for which ``part`` holds; None where nothing can be divided."""
    total = sum(r[weight] if weight else 1 for r in rows)
    return sum((r[weight] if weight else 1) for r in rows if part(r)) / total if total else None


def covered(rows: list[dict], *columns: str) -> bool:
    """Half of the rows (by hours where there are hours) must carry the columns."""
    if not rows:
        return False
    if all(r.get("annual_hours") is not None for r in rows):
        total = sum(r["annual_hours"] for r in rows)
        return sum(r["annual_hours"] for r in filled(rows, *columns)) >= 0.5 * total
    return len(filled(rows, *columns)) >= 0.5 * len(rows)


def fold(name: str) -> str:
    return re.sub(r"[\s・（）()]", "", unicodedata.normalize("NFKC", name)).lower()


class Truth:
    """The city's clean tables, looked at by department."""

    def __init__(self, businesses, systems, survey, departments, governance, population, duplicates, messy_files):
        self.businesses, self.systems, self.governance = businesses, systems, governance
        self.survey = [r for r in survey if r["department"] is not None]
        self.departments, self.population, self.duplicates = departments, population, duplicates
        self.messy = messy_files
        self.zones = {s["system"]: s["network_zone"] for s in systems}
        self.heads = {d.full_name: d.headcount for d in departments}
        self.unresolved = len(survey) - len(self.survey)
        self.all_rows = len(businesses) + len(systems) + len(survey)

    def of(self, department: str) -> Truth:
        one = object.__new__(Truth)
        one.__dict__.update(self.__dict__)
        one.businesses = [r for r in self.businesses if r["department"] == department]
        one.systems = [r for r in self.systems if r["owner_department"] == department]
        one.survey = [r for r in self.survey if r["department"] == department]
        one.departments = [d for d in self.departments if d.full_name == department]
        one.duplicates = [g for g in self.duplicates if department in g["departments"]]
        return one

    # --- what the catalogue's entries measure -------------------------------------------------------------------
    def excel_only(self) -> list[dict]:
        return [
            r for r in self.businesses if any(t in OFFICE for t in r["office_tools"] or ()) and not r["systems_used"]
        ]

    def value(self, code: str) -> float | None:
        """The indicator; None where it is not assessed."""
        found = getattr(self, code)()
        return None if found is None else float(found)

    def G01(self):
        rows = filled(self.businesses, "medium", "annual_hours")
        return (
            share(rows, lambda r: r["medium"] != "digital", "annual_hours")
            if covered(self.businesses, "medium", "annual_hours")
            else None
        )

    def G02(self):
        rates = [
            (r["annual_cases"], 100 * r["online_cases"] / r["annual_cases"], *NATIONAL[r["_work"].marks["#"]])
            for r in filled(self.businesses, "online_cases", "annual_cases")
            if r["_work"].marks.get("#") in NATIONAL
        ]
        # Below every lower quartile: holds by any weighting. Above every median: clean by any.
        if not rates:
            return None
        return (
            1.0
            if all(x < low for _, x, low, _ in rates)
            else 0.0
            if all(x >= mid for *_, mid in rates for x in [_[1]])
            else 0.5
        )

    def G03(self):
        rows = [
            r
            for r in filled(self.businesses, "annual_cases", "online_cases")
            if r["online_available"] == "true" and r["annual_cases"]
        ]
        return min(r["online_cases"] / r["annual_cases"] for r in rows) if rows else None

    def G04(self):
        rows = filled(self.businesses, "core", "regular_staff_hours")
        return (
            share(rows, lambda r: r["core"] == "noncore", "regular_staff_hours")
            if covered(self.businesses, "core")
            else None
        )

    def G05(self):
        if not covered(self.businesses, "routine", "medium", "annual_hours"):
            return None
        return max(
            (
                r["annual_hours"]
                for r in self.businesses
                if r["routine"] == "routine" and r["medium"] in ("digital", "both")
            ),
            default=0.0,
        )

    def G06(self):
        """A busy month carries twice the hours of an ordinary one (the product's stated assumption)."""
        rows = filled(self.businesses, "peak_period")
        if not covered(self.businesses, "peak_period"):
            return None
        months = [0.0] * 12
        for r in rows:
            busy = busy_months(r["peak_period"])
            for m in range(12):
                months[m] += r["annual_hours"] * (2 if m + 1 in busy else 1) / (12 + len(busy))
        return max(months) / (sum(months) / 12)

    def G07(self):
        return len(self.excel_only()) / len(self.businesses) if self.businesses else None

    def G08(self):
        if not covered(self.businesses, "data_transfer"):
            return None
        return sum(
            1 for r in self.businesses if r["data_source"] and r["data_transfer"] in ("manual", "paper", "csv_manual")
        )

    def G09(self):
        return share(self.businesses, lambda r: r["legal_basis"] is None)

    def G10(self):
        return share(self.businesses, lambda r: r["category_major"] == "全庁共通", "annual_hours")

    def O01(self):
        rows = filled(self.businesses, "assigned_staff")
        return (
            share(rows, lambda r: r["assigned_staff"] == 1, "annual_hours")
            if covered(self.businesses, "assigned_staff")
            else None
        )

    def O02(self):
        rows = filled(self.businesses, "manual")
        return share(rows, lambda r: r["manual"] == "false") if covered(self.businesses, "manual") else None

    def O05(self):
        staff = sum(d.headcount for d in self.departments)
        return sum(d.overtime * d.headcount for d in self.departments) / staff

    def O07(self):
        """How far outside 85–105 % of a year's hours the load lies: 1 and more is a warning."""
        if not self.businesses:
            return None
        load = sum(r["annual_hours"] for r in self.businesses) / (1800 * sum(d.headcount for d in self.departments))
        return load / 1.05 if load > 0.95 else 0.85 / load

    def O08(self):
        rows = filled(self.businesses, "reported_issue")
        if len(rows) < 3:
            return None
        return share(rows, lambda r: not (r["improvement_idea"] or r["improvement_owner"] or r["improvement_due"]))

    def skill(self, rows, items=range(1, 18)):
        answers = [r[f"q{i:02d}"] for r in rows for i in items if r[f"q{i:02d}"] is not None]
        return mean(answers) if len(rows) >= 5 and answers else None

    def H02(self):
        return self.skill(self.survey)

    def H04(self):
        return share(self.survey, lambda r: r["dx_role"] == "leader") if len(self.survey) >= 5 else None

    def H05(self):
        return share(self.survey, lambda r: r["training"] != "none") if len(self.survey) >= 5 else None

    def H06(self):
        return share(self.survey, lambda r: r["ai_use"] in ("weekly", "daily")) if len(self.survey) >= 5 else None

    def H07(self):
        return self.skill(self.survey, (14, 15))

    def H08(self):
        """A share of very few answers is not shown (smallest group 5), so nothing is said of it either."""
        if len(self.survey) < 5:
            return None
        return len(self.survey) / sum(d.headcount for d in self.departments)

    def H01(self):
        means = [
            m
            for d in self.departments
            if (m := self.skill([r for r in self.survey if r["department"] == d.full_name])) is not None
        ]
        return max(means) - min(means)

    def H03(self):
        lead = [r for r in self.survey if r["position"] in ("課長", "課長補佐", "部長", "次長")]
        rest = [r for r in self.survey if r not in lead]
        return self.skill(lead) - self.skill(rest)

    def D01(self):
        rows = filled(self.systems, "link_method")
        return share(rows, lambda r: r["link_method"] == "none")

    def D02(self):
        return max((len(g["departments"]) for g in self.duplicates), default=0) if self.systems else None

    def D03(self):
        cost: dict[str, float] = defaultdict(float)
        for r in filled(self.systems, "vendor", "annual_cost"):
            cost[vendor_key(r["vendor"])] += r["annual_cost"]
        return max(cost.values()) / sum(cost.values())

    def D04(self):
        return sum(1 for r in self.systems if r["standardized_business"] and r["standardization_status"] != "done")

    def D05(self):
        """The larger of the two signs over its bar: one year's share ÷ 30 %, empty ends ÷ 20 %."""
        ends = Counter(fiscal_year(r["contract_to"]) for r in filled(self.systems, "contract_to"))
        empty = share(self.systems, lambda r: r["contract_to"] is None)
        return max(max(ends.values()) / len(self.systems) / 0.30, empty / 0.20)

    def D06(self):
        return sum(r["annual_cost"] or 0 for r in self.systems) / self.population

    def D07(self):
        """Level-1 points of the files that a section sent, where their making leaves no doubt (see write.py)."""
        return self.messy.get(self.departments[0].full_name)

    def D08(self):
        return self.unresolved / self.all_rows

    def D09(self):
        return sum(1 for r in self.excel_only() if r["personal_information"] not in (None, "none"))

    def _answer(self, words: str) -> str:
        return next(g["answer"] for g in self.governance if words in g["question"])

    def O03(self):
        return float(self._answer("専任").rstrip("人名"))

    def O04(self):
        return sum(self._answer(w) == "無" for w in ("全体方針", "全庁的な"))

    def D10(self):
        return float(self._answer("オープンデータ") == "無")

    def R03(self):
        return float(self._answer("通則条例") == "無")

    def R05(self):
        return float(self._answer("生成AI") == "無")

    def R09(self):
        return float(self._answer("数値目標").rstrip("%")) / 100

    def R01(self):
        return (
            sum(1 for r in self.businesses if r["regulation_kind"])
            if covered(self.businesses, "regulation_kind")
            else None
        )

    def R02(self):
        rows = filled(self.businesses, "online_available", "writing_mandated")
        if len(rows) < 3:
            return None
        ordinance = share(rows, lambda r: r["writing_mandated"] == "ordinance")
        loose = share(
            rows, lambda r: r["writing_mandated"] == "ordinance" or r["seal"] == "true" or r["in_person"] == "true"
        )
        # Whether a seal or coming in person is demanded "by ordinance" the inventory tells only beside the writing.
        return ordinance if ordinance >= 0.05 or loose < 0.05 else None

    def R04(self):
        rows = filled(self.businesses, "approval")
        return share(rows, lambda r: r["approval"] == "electronic") if covered(self.businesses, "approval") else None

    def R06(self):
        rows = filled(self.businesses, "fee_payment")
        if len(rows) < 2:
            return None
        return share(
            rows,
            lambda r: (
                not any(
                    w in r["fee_payment"]
                    for w in ("キャッシュレス決済可", "電子マネー", "オンライン決済", "クレジット")
                )
            ),
        )

    def R07(self):
        """Zones that one business has to cross, at most."""
        zones = [
            len({self.zones[s] for s in r["systems_used"] if s in self.zones})
            for r in self.businesses
            if r["systems_used"]
        ]
        return max(zones, default=0) if zones else None

    def R08(self):
        return max((len(f) for f in self.forms().values()), default=0)

    def forms(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for r in self.businesses:
            for form in r["form_number"] or ():
                found[fold(r["business"])].add(form)
        return found

    def O06(self):
        return max(len(g["departments"]) for g in self.repeated())

    def repeated(self) -> list[dict]:
        """Business names (common work excepted) that stand in two or more departments."""
        where: dict[str, list[dict]] = defaultdict(list)
        for r in self.businesses:
            if r["category_major"] != "全庁共通":
                where[fold(r["business"])].append(r)
        return [
            {"name": rows[0]["business"], "departments": sorted({r["department"] for r in rows})}
            for rows in where.values()
            if len({r["department"] for r in rows}) > 1
        ]


# Bars of the catalogue: the value at which an issue begins, and on which side it is bad.
BARS: dict[str, tuple[float, bool]] = {
    "G01": (0.50, True),
    "G02": (1.0, True),
    "G03": (0.10, False),
    "G04": (0.30, True),
    "G05": (100, True),
    "G06": (1.5, True),
    "G07": (0.30, True),
    "G08": (1, True),
    "G09": (0.20, True),
    "G10": (0.25, True),
    "O01": (0.30, True),
    "O02": (0.40, True),
    "O03": (2, False),
    "O04": (1, True),
    "O05": (30, True),
    "O06": (3, True),
    "O07": (1.0, True),
    "O08": (0.50, True),
    "H01": (0.7, True),
    "H02": (3.0, False),
    "H03": (-0.3, False),
    "H04": (0.10, False),
    "H05": (0.90, False),
    "H06": (0.30, False),
    "H07": (3.5, False),
    "H08": (0.60, False),
    "D01": (0.40, True),
    "D02": (2, True),
    "D03": (0.50, True),
    "D04": (1, True),
    "D05": (1.0, True),
    "D06": (3.742, True),
    "D07": (70, False),
    "D08": (0.01, True),
    "D09": (1, True),
    "D10": (1, True),
    "R01": (1, True),
    "R02": (0.05, True),
    "R03": (1, True),
    "R04": (0.90, False),
    "R05": (1, True),
    "R06": (0.50, True),
    "R07": (2, True),
    "R08": (3, True),
    "R09": (0.80, False),
}
COUNTED = {"G08", "O03", "O04", "O06", "D02", "D04", "D09", "D10", "R01", "R03", "R05", "R07", "R08", "G02"}
SHOWS_AT_BAR = {"O03", "H03"}


def verdict(code: str, value: float | None) -> str:
    """``issue``, ``clean``, ``near`` the bar, or ``unassessed``."""
    if value is None:
        return "unassessed"
    bar, high_is_bad = BARS[code]
    if code == "G02":
        return {1.0: "issue", 0.0: "clean"}.get(value, "near")
    if code in COUNTED:
        bad = value >= bar if high_is_bad else value <= bar
        return "issue" if bad else "clean"
    if abs(value - bar) < MARGIN * abs(bar):
        return "near"
    return "issue" if (value > bar) == high_is_bad else "clean"


def busy_months(text: str) -> set[int]:
    """The months in a peak period as this city writes them."""
    found: set[int] = set()
    for part in text.split("、"):
        numbers = [int(n) for n in re.findall(r"\d+", part)]
        if numbers:
            month = numbers[0]
            found.add(month)
            while month != numbers[-1]:
                month = month % 12 + 1
                found.add(month)
    return found


def vendor_key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name)
    return re.sub(r"株式会社|有限会社|\(株\)|\(有\)|\(一財\)|\(一社\)|\s", "", plain)


def fiscal_year(day: str) -> int:
    year, month = int(day[:4]), int(day[5:7])
    return year if month >= 4 else year - 1


def verdicts(truth: Truth) -> list[tuple[str, str, float | None, str]]:
    """(department or 全庁, code, value, verdict) for all that the truth can say."""
    found = []
    for code in CITY_CODES:
        value = truth.value(code)
        found.append((CITY, code, value, verdict(code, value)))
    for d in truth.departments:
        one = truth.of(d.full_name)
        for code in DEPARTMENT_CODES:
            needs_survey = code.startswith("H") and code != "H08"
            value = (
                one.value(code)
                if one.businesses or code in ("O05", "H08") or needs_survey or (code.startswith("D") and one.systems)
                else None
            )
            found.append((d.full_name, code, value, verdict(code, value)))
    return found
