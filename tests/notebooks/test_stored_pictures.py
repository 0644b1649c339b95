"""A stored picture passes for the same chart, shrunken, and fails for the chart of another department."""

import base64
import importlib.util
import io
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from PIL import Image

import dxaudit as dx

ROOT = Path(__file__).parents[2]


def loaded(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def picture():
    return loaded("stored_pictures", ROOT / "conftest.py").Picture


def chart(department):
    hours = {"市民課": [900, 300, 100], "税務課": [100, 800, 700]}
    frame = pd.DataFrame(
        {
            "business": ["届出の受付", "証明の交付", "統計"] * 2,
            "department": ["市民課"] * 3 + ["税務課"] * 3,
            "annual_hours": hours["市民課"] + hours["税務課"],
            "medium": ["paper", "digital", "digital"] * 2,
            "assigned_staff": [1, 3, 2, 4, 1, 1],
        }
    )
    axes = dx.plot.perspectives(dx.assess(dx.from_tables(businesses=frame)), department)
    held = io.BytesIO()
    axes.figure.savefig(held, format="png")
    plt.close(axes.figure)
    return held.getvalue()


def shrunken(png):
    store = loaded("store_outputs", ROOT / "tests" / "notebooks" / "store_outputs.py")
    output = {"data": {"image/png": base64.b64encode(png).decode()}}
    store._shrink(output, report=True)
    return output["data"]["image/png"]


def test_a_shrunken_picture_equals_its_original_and_not_another_departments(picture):
    one, other = chart("市民課"), chart("税務課")
    stored = picture(shrunken(one))
    assert stored == picture(base64.b64encode(one).decode())
    assert stored != picture(base64.b64encode(other).decode())


def test_a_blank_picture_is_no_chart(picture):
    held = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(held, "PNG")
    blank = picture(base64.b64encode(held.getvalue()).decode())
    assert picture(shrunken(chart("市民課"))) != blank
