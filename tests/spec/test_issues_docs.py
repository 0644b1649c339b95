"""What the pages about issues and scoring promise is what the product computes."""

import re
from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.issues.catalogue import catalogue
from dxaudit.vocabulary import load, text

DOCS = Path(__file__).parents[2] / "docs"
MEDIA = {"紙のみ": "paper", "併存": "both", "電子のみ": "digital"}
METHODS = {"実測": "measured", "実績記入": "reported", "推定積み上げ": "estimated", "比率算出": "ratio"}


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "scoring.md").read_text(encoding="utf-8")


def rows_of(page: str) -> pd.DataFrame:
    example = page.split("## 手計算の例")[1].split("\n1. ")[0]
    lines = [[c.strip() for c in line.strip("|").split("|")] for line in example.splitlines() if line.startswith("|")]
    frame = pd.DataFrame(
        lines[2:], columns=["business", "medium", "annual_hours", "annual_cases", "measurement_method"]
    )
    return frame.assign(
        department="窓口課",
        medium=frame["medium"].map(MEDIA),
        measurement_method=frame["measurement_method"].map(METHODS),
        annual_hours=frame["annual_hours"].str.replace(",", "").astype(float),
        annual_cases=frame["annual_cases"].str.replace(",", "").astype(float),
    )


def test_the_worked_example_is_what_the_product_computes(page):
    result = dx.assess(dx.from_tables(businesses=rows_of(page))).result("G01", "窓口課")
    said = dict(re.findall(r"^\d\. \*\*(値|深刻度|影響度|優先度)\*\*.*\*\*([\d.]+)(?: %)?\*\*$", page, re.MULTILINE))
    assert f"{result.value:.1f}" == said["値"]
    assert f"{result.severity:.3f}" == said["深刻度"]
    assert f"{result.reach:.3f}" == said["影響度"]
    assert f"{result.base:.1f}" == said["優先度"]
    ends = re.search(r"\*\*幅\*\*.*\*\*([\d.]+) %\*\* から.*\*\*([\d.]+) %\*\*", page)
    assert (f"{result.low:.1f}", f"{result.high:.1f}") == ends.groups()


def test_the_bands_of_hours_are_those_of_the_vocabulary(page):
    for word, code in METHODS.items():
        assert f"{word}±{100 * load('issues')['measurement'][code]:.0f}%" in page


def test_the_example_settings_are_accepted(page, tmp_path):
    words = page.split("```toml\n")[1].split("```")[0]
    (tmp_path / "dxaudit.toml").write_text(words, encoding="utf-8")
    settings = dx.settings.read_settings(tmp_path / "dxaudit.toml")
    changed = dx.assess(dx.from_tables(settings)).changed()
    assert changed["issues.G01.warn"] == 40 and changed["weights.regulation"] == 2


def test_the_page_lists_the_catalogue():
    page = (DOCS / "issues.md").read_text(encoding="utf-8")
    table = page.split("test -->\n")[1].split("\n<!-- end")[0].splitlines()[2:]
    listed = {cells[0]: cells for cells in ([c.strip() for c in line.strip("|").split("|")] for line in table)}
    assert set(listed) == set(catalogue())
    for code, entry in catalogue().items():
        unit = text(f"issues.unit.{entry.unit}")
        first = entry.criteria[0]
        assert listed[code][2] == entry.label["ja"] and listed[code][3] == entry.indicator["ja"]
        assert listed[code][5:] == [
            f"{first.warn:g}{unit}",
            f"{first.alert:g}{unit}",
            text(f"issues.basis.{entry.basis_status}"),
        ]
