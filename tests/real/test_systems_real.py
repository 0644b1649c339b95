"""Lists that others wrote: what a person sees at once is right. Skipped where the files are not at hand."""

import os
from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx

REAL = Path(os.environ.get("DXAUDIT_REAL", Path(__file__).parents[3] / "shared" / "real"))
pytestmark = pytest.mark.skipif(not (REAL / "systems").is_dir(), reason="real files not at hand")


@pytest.fixture(scope="module")
def ministries():
    rows = pd.read_csv(REAL / "systems" / "ministry_systems.csv")
    rows = rows.rename(columns={"所管府省庁": "owner_department"})[["system", "owner_department"]]
    return dx.map_systems(dx.from_tables(systems=rows))


def products(systems, word: str) -> set[int]:
    return set(systems.systems.loc[systems.systems["system"].str.contains(word), "product"])


@pytest.mark.parametrize("word", ["^e-Gov", "マイナポータル", "^NACCS", "^Zoom", "e-私書箱", "^国税庁ホームページ"])
def test_one_system_under_several_rows_is_one(ministries, word):
    assert len(products(ministries, word)) <= 1


def test_an_everyday_tool_is_not_one_system(ministries):
    mail = ministries.systems[ministries.systems["system"].isin(["メール", "電子メール", "電子メールシステム"])]
    assert mail["product"].nunique() == len(mail)


def test_home_pages_of_ministries_are_many(ministries):
    pages = ministries.systems[ministries.systems["system"].str.fullmatch(".*(?:省|庁|院|委員会)ホームページ")]
    assert len(pages) > 10
    assert pages["product"].nunique() == pages["system"].nunique()


@pytest.mark.parametrize(
    ("name", "column"), [("gsa_it_standards.csv", "Standard Name"), ("federal_ai_inventory_2023.csv", "Title")]
)
def test_foreign_lists_run(name, column):
    rows = pd.read_csv(REAL / "systems" / name, encoding_errors="replace")[[column]].rename(columns={column: "system"})
    systems = dx.map_systems(dx.from_tables(systems=rows.astype("str")))
    assert len(systems.systems) == len(rows)
    assert systems.groups()["group"].nunique() > 10


def test_english_product_pairs_are_matched_without_training():
    pairs = pd.read_csv(REAL / "product_matching" / "amz_goog_validation.csv", dtype=str)
    sides = []
    for side in ("left", "right"):
        part = pairs[[f"{side}_id", f"{side}_title", f"{side}_manufacturer"]].drop_duplicates(f"{side}_id")
        part.columns = ["system_id", "system", "vendor"]
        sides.append(part.assign(system_id=side + part["system_id"]))
    found = dx.map_systems(dx.from_tables(systems=pd.concat(sides, ignore_index=True))).pairs()
    found = found[(found["kind"] == "same_product") & (found["confidence"] >= 0.5)]
    claimed = set(zip(found["system_a"], found["system_b"], strict=True))
    said = [("left" + a, "right" + b) in claimed for a, b in zip(pairs["left_id"], pairs["right_id"], strict=True)]
    true = pairs["label"] == "1"
    both = int((pd.Series(said) & true).sum())
    assert 2 * both / (sum(said) + int(true.sum())) >= 0.55
