"""How long flows take: 300 analysed, one of 60 steps drawn, measured side by side with what they rest on.

Run: ``python benchmarks/workflow.py``. Seconds of this machine mean little; the ratios are against reading the same
table with pandas alone (analysis) and against drawing as many empty boxes with matplotlib (chart).
"""

from __future__ import annotations

import io
import random
import time

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import dxaudit as dx
from dxaudit.show.plot import flow_chart
from dxaudit.workflow.bpmn import to_bpmn
from dxaudit.workflow.layout import lay_out


def flow(count: int, name: str, seed: int) -> list[dict]:
    """A made-up step table with branches and rework."""
    dice = random.Random(seed)
    rows = []
    for i in range(1, count + 1):
        row = {
            "department": f"課{seed % 40}", "business": name, "step": str(i), "actor": f"担当{dice.randrange(5)}",
            "action": "申請書の記載事項を確認し次へ回す", "medium": dice.choice(["paper", "digital", "both"]),
            "work_minutes": float(dice.randint(1, 40)), "wait_hours": float(dice.choice([0, 1, 8])),
            "rework_rate": dice.choice([np.nan, np.nan, 10.0]), "next_step": np.nan,
        }  # fmt: skip
        if i % 6 == 0 and i + 3 <= count:
            row["next_step"] = (f"{i + 1}(80%)", f"{i + 3}(20%)")
        rows.append(row)
    return rows


def best(work, rounds: int = 3) -> float:
    """Shortest of some runs, seconds of CPU: the wall clock of a shared machine tells of its other users."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def boxes(count: int) -> None:
    figure, ax = plt.subplots(figsize=(7, count * 0.9))
    for i in range(count):
        ax.add_patch(plt.Rectangle((0, i), 1, 0.6))
        ax.text(0.1, i + 0.3, "申請書の記載事項を確認し次へ回す")
    figure.savefig(io.BytesIO())
    plt.close(figure)


def main() -> None:
    table = pd.DataFrame([row for seed in range(300) for row in flow(12, f"業務{seed}", seed)])
    inventory = pd.DataFrame(
        [
            {"department": f"課{s % 40}", "business": f"業務{s}", "annual_cases": 100.0, "annual_hours": 300.0}
            for s in range(300)
        ]
    )
    read = best(lambda: table.to_dict("index"))
    analysed = best(lambda: dx.map_workflows(dx.from_tables(workflow=table, businesses=inventory)))
    print(f"300 flows, {len(table)} steps: {analysed:.2f} s ({analysed / read:.0f} x reading the table)")

    long = dx.map_workflows(dx.from_tables(workflow=pd.DataFrame(flow(60, "長い業務", 1))))
    value = next(iter(long.parts.values()))

    def drawn() -> None:
        ax = flow_chart(long)
        ax.figure.savefig(io.BytesIO())
        plt.close(ax.figure)

    drawn()
    chart, plain = best(drawn), best(lambda: boxes(60))
    print(f"60 steps drawn: {chart:.2f} s ({chart / plain:.1f} x the boxes alone)")
    print(f"60 steps laid out: {best(lambda: lay_out(value)):.3f} s")
    print(f"60 steps as BPMN: {best(lambda: to_bpmn(value)):.3f} s")


if __name__ == "__main__":
    main()
