"""The Markov expectation against a discrete-event simulation (simpy) of the same flow, case by case."""

import random

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.workflow.flows import END

simpy = pytest.importorskip("simpy")
CASES = 4000


def simulated(flow, seed):
    """Mean touch hours, elapsed hours and hand-overs of cases that walk through the flow one at a time."""
    env = simpy.Environment()
    dice = random.Random(seed)
    arcs = {key: own.to_dict("records") for key, own in flow.arcs.groupby("source")}
    steps = flow.steps.fillna({"work_minutes": 0.0, "wait_hours": 0.0}).to_dict("index")
    totals = {"touch": 0.0, "moves": 0}

    def walk(key, until):
        """Processes a case from ``key`` until it arrives at ``until``."""
        while key not in (END, until):
            step = steps[key]
            totals["touch"] += step["work_minutes"] / 60
            yield env.timeout(step["wait_hours"] + step["work_minutes"] / 60)
            choices = [arc for arc in arcs[key] if arc["kind"] != "parallel"]
            side = [arc for arc in arcs[key] if arc["kind"] == "parallel"]
            draw, taken = dice.random(), None
            for arc in choices:
                if draw < arc["share"]:
                    taken = arc["target"]
                    break
                draw -= arc["share"]
            if taken is None and side:
                join = flow.joins[key]
                yield env.all_of([env.process(walk(arc["target"], join)) for arc in side])
                taken = join
            nxt = choices[-1]["target"] if taken is None else taken
            if nxt != END and not side and steps[nxt]["unit"] != step["unit"]:
                totals["moves"] += 1
            key = nxt

    def all_cases():
        for _ in range(CASES):
            yield env.process(walk(flow.start, END))

    env.process(all_cases())
    env.run()
    return totals["touch"] / CASES, env.now / CASES, totals["moves"] / CASES


def random_flow(seed):
    """Branches and rework at random; every step leads forward or back, and the last to the end."""
    dice = random.Random(seed)
    count = dice.randint(5, 14)
    rows = []
    for i in range(1, count + 1):
        row = {
            "step": str(i), "actor": dice.choice(["市民課", "税務課", "会計課"]), "work_minutes": dice.uniform(5, 60),
            "wait_hours": dice.choice([0.0, 1.0, 8.0]), "rework_rate": dice.choice([np.nan, np.nan, 10.0, 30.0]),
        }  # fmt: skip
        if i + 2 <= count and dice.random() < 0.4:
            share = dice.randint(10, 90)
            row["next_step"] = (f"{i + 1}({share}%)", f"{dice.randint(i + 2, count)}({100 - share}%)")
        rows.append(row)
    return rows


BLOCK = [
    {"step": "1", "actor": "市民課", "work_minutes": 20.0, "wait_hours": 0.0},
    {"step": "2", "actor": "市民課", "work_minutes": 20.0, "wait_hours": 1.0, "rework_rate": 20.0,
     "branch": "並行", "next_step": ("3", "4")},
    {"step": "3", "actor": "税務課", "work_minutes": 60.0, "wait_hours": 8.0, "next_step": ("6",)},
    {"step": "4", "actor": "会計課", "work_minutes": 30.0, "wait_hours": 2.0},
    {"step": "5", "actor": "会計課", "work_minutes": 30.0, "wait_hours": 2.0, "next_step": ("6",)},
    {"step": "6", "actor": "市民課", "work_minutes": 10.0, "wait_hours": 4.0, "rework_rate": 10.0},
]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_expectation_agrees_with_a_simulation_within_five_per_cent(seed):
    table = pd.DataFrame(random_flow(seed)).assign(business="試行", department="市民課")
    found = dx.map_workflows(dx.from_tables(workflow=table))
    line = found.flows.iloc[0]
    touch, elapsed, moves = simulated(found.parts[line["key"]], seed)
    assert line["touch_hours"] == pytest.approx(touch, rel=0.05)
    assert line["throughput_hours"] == pytest.approx(elapsed, rel=0.05)
    assert line["handovers"] == pytest.approx(moves, rel=0.05, abs=0.05)


def test_branches_side_by_side_agree_with_a_simulation_within_five_per_cent():
    table = pd.DataFrame(BLOCK).assign(business="試行", department="市民課")
    found = dx.map_workflows(dx.from_tables(workflow=table))
    line = found.flows.iloc[0]
    touch, elapsed, _ = simulated(found.parts[line["key"]], 7)
    assert line["touch_hours"] == pytest.approx(touch, rel=0.05)
    assert line["throughput_hours"] == pytest.approx(elapsed, rel=0.05)
