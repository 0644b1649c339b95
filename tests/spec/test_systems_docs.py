"""The worked examples of docs/systems.md come out of the product."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.systems.overlaps import savings

PAGE = (Path(__file__).parents[2] / "docs" / "systems.md").read_text(encoding="utf-8")


def test_the_pair_of_the_page_adds_up():
    example = re.search(
        r"計算例\*\*: 「(.+?)」（(.+?)）と「(.+?)」（(.+?)）。名称 \+([\d.]+)、事業者 \+([\d.]+) → \*\*([\d.]+)\*\*",
        PAGE,
    )
    one, vendor, other, second, name, by_vendor, total = example.groups()
    rows = pd.DataFrame({"system_id": ["a", "b"], "system": [one, other], "vendor": [vendor, second]})
    signals = dx.map_systems(dx.from_tables(systems=rows)).signals("a", "b").set_index("signal")["contribution"]
    assert signals["name"] == pytest.approx(float(name))
    assert signals["vendor"] == pytest.approx(float(by_vendor))
    assert signals.sum() == pytest.approx(float(total))


def test_the_saving_of_the_page_adds_up():
    example = re.search(
        r"経費 (.+?) 千円、実現率 ([\d.]+) → P = ([\d,]+)、低 (\d+)・\*\*中 (\d+)\*\*・高 ([\d,]+)", PAGE
    )
    costs = np.array([float(c.replace(",", "")) for c in example[1].split("・")])
    low, middle, high = savings(costs, float(example[2]))
    assert (low, middle, high) == tuple(float(example[n].replace(",", "")) for n in (4, 5, 6))
    assert high == float(example[3].replace(",", ""))


def test_the_page_shows_only_pictures_that_exist():
    for name in re.findall(r"\((images/.+?\.png)\)", PAGE):
        assert (Path(__file__).parents[2] / "docs" / name).stat().st_size < 150_000
