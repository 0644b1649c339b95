"""How fast are assessment and robustness? A city of 110 departments and 1,500 businesses, and 100 such cities in turn.

Run: ``python benchmarks/issues.py``. Prints seconds, and ratios of sizes measured side by side in one run.
"""

from __future__ import annotations

import resource
import time

import numpy as np
import pandas as pd

import dxaudit as dx
from dxaudit.issues.robustness import acceptability
from dxaudit.state import CurrentState

WORK = ("住民票の交付", "転出届の受付", "図書の予約", "道路占用の許可", "補助金の交付", "庁内照会の回答", "台帳の更新")


def invented_city(departments: int, businesses: int, seed: int) -> CurrentState:
    """A city of the given size with every column filled; numbers without meaning, for timing alone."""
    draw = np.random.default_rng(seed)
    names = [f"第{i}課" for i in range(departments)]
    pick = lambda *values, n=businesses: draw.choice(values, n)  # noqa: E731
    inventory = pd.DataFrame(
        {
            "department": pick(*names),
            "business": [f"{w}({i % 300})" for i, w in enumerate(pick(*WORK))],
            "category_major": pick("届出", "全庁共通", "庶務"),
            "legal_basis": np.where(draw.random(businesses) < 0.7, "地方自治法", None),
            "annual_cases": draw.integers(1, 9000, businesses).astype(float),
            "online_cases": draw.integers(0, 900, businesses).astype(float),
            "minutes_per_case": draw.integers(2, 90, businesses).astype(float),
            "annual_hours": draw.integers(10, 4000, businesses).astype(float),
            "regular_staff_hours": draw.integers(10, 3000, businesses).astype(float),
            "assigned_staff": draw.integers(1, 6, businesses).astype(float),
            "peak_period": pick("3月～4月", "通年", "12月", "5月"),
            "core": pick("core", "noncore"),
            "routine": pick("routine", "nonroutine"),
            "medium": pick("paper", "both", "digital"),
            "seal": pick("true", "false"),
            "online_available": pick("true", "false", "partial"),
            "writing_mandated": pick("ordinance", "law", "none"),
            "manual": pick("true", "false", "partial"),
            "approval": pick("electronic", "paper"),
            "personal_information": pick("none", "personal", "specific"),
            "measurement_method": pick("measured", "reported", "estimated", "ratio"),
            "fee_payment": pick("300円(現金)", "キャッシュレス可", "無料"),
            "data_source": pick("紙の申請書", "他システム"),
            "data_transfer": pick("manual", "api", "file"),
            "office_tools": [("Excel",) if x else () for x in draw.random(businesses) < 0.4],
            "systems_used": [(f"システム{i % 90}",) if i % 3 else () for i in range(businesses)],
            "regulation_kind": [("目視",) if x else () for x in draw.random(businesses) < 0.1],
            "form_number": [("様式第1号",)] * businesses,
            "reported_issue": pick("遅い", "重い"),
            "improvement_idea": pick("自動化", None),
        }
    )
    count = max(10, businesses // 8)
    systems = pd.DataFrame(
        {
            "system_id": [str(i) for i in range(count)],
            "system": [f"システム{i}" for i in range(count)],
            "owner_department": pick(*names, n=count),
            "vendor": pick("甲社", "乙社", "丙社", n=count),
            "annual_cost": draw.integers(100, 9000, count).astype(float),
            "contract_to": pick("2027-03-31", "2028-03", "FY2029", n=count),
            "support_end": pick("2025-03", "2027", "2030", n=count),
            "network_zone": pick("mynumber", "lgwan", "internet", n=count),
            "link_method": pick("none", "file", "api", n=count),
        }
    )
    organization = pd.DataFrame({"department": names, "headcount": 20.0, "overtime_hours": 25.0})
    settings = dx.Settings(population=90_000, fiscal_year=2026)
    return dx.from_tables(settings, businesses=inventory, systems=systems, organization=organization)


def seconds(work) -> float:
    """The best CPU time of three runs, each on a fresh state; the wall clock of a busy machine lies."""
    best = float("inf")
    for _ in range(3):
        prepared = work.prepare()
        start = time.process_time()
        work(prepared)
        best = min(best, time.process_time() - start)
    return best


class Assess:
    """Assessment of a city, the map of its systems not counted (it has its own benchmark)."""

    def __init__(self, departments: int, businesses: int) -> None:
        self.size = (departments, businesses)

    def prepare(self) -> CurrentState:
        """A fresh city whose systems are mapped."""
        state = invented_city(*self.size, seed=1)
        dx.map_systems(state).overlaps()
        return state

    def __call__(self, state: CurrentState) -> None:
        dx.assess(state)


def main() -> None:
    """Print the table."""
    dx.assess(invented_city(3, 30, 0))
    fresh = invented_city(110, 1500, 1)
    wall, cpu = time.perf_counter(), time.process_time()
    dx.assess(fresh)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"110 departments, 1,500 businesses, systems mapped on the way: {cpu:.2f} s of CPU, {wall:.2f} s by the clock"
    )
    one = seconds(Assess(110, 1500))
    print(f"110 departments, 1,500 businesses, systems already mapped: {one:.2f} s")
    rows = [seconds(Assess(110, n)) for n in (1500, 3000, 6000)]
    print("rows ×1 ×2 ×4, departments the same: " + " ".join(f"{t / rows[0]:.2f}" for t in rows) + " × the time")
    both = [seconds(Assess(d, n)) for d, n in ((110, 1500), (220, 3000), (440, 6000))]
    print("rows and departments ×1 ×2 ×4:       " + " ".join(f"{t / both[0]:.2f}" for t in both) + " × the time")
    register = dx.assess(invented_city(120, 1600, 2))
    wall, cpu = time.perf_counter(), time.process_time()
    found = acceptability(register)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = f"10,000 weightings × {found['department'].nunique()} scopes × {len(register.entries)} issues"
    print(f"{size}: {cpu:.2f} s of CPU, {wall:.2f} s by the clock")
    start = time.perf_counter()
    register.reweighted({"regulation": 2.0}).top(10)
    print(f"another weighting, ranking shown anew: {1000 * (time.perf_counter() - start):.0f} ms")
    start = time.perf_counter()
    peaks = []
    for seed in range(100):
        dx.assess(invented_city(110, 1500, seed))
        if seed in (9, 99):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    took = time.perf_counter() - start
    print(f"100 cities in turn: {took:.0f} s; peak memory after 10 and 100: {peaks[0]:.0f} and {peaks[1]:.0f} MB")


if __name__ == "__main__":
    main()
