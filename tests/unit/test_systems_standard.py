"""What a list says of standardised businesses: yes, no or which; what follows for the function and its groups."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.systems.standard import read_statement


def mapped(*rows: tuple[str, str, str | None]):
    frame = pd.DataFrame(rows, columns=["system", "purpose", "standardized_business"])
    return dx.map_systems(dx.from_tables(systems=frame.assign(system_id=[f"s{n}" for n in range(len(frame))])))


def jobs(systems) -> set[str]:
    """All functions that the first system counts for."""
    return {systems.taxonomy.codes[n] for n in systems.members[0].indices}


@pytest.mark.parametrize("written", ["○", "〇", "有", "対象", "標準化対象業務", "◎"])
def test_a_mark_alone_says_yes_and_names_no_business(written):
    assert read_statement(written) == (True, "")


@pytest.mark.parametrize("written", ["×", "✕", "対象外", "対象外（独自）", "対象外※", "－", "非該当"])
def test_a_mark_of_no_names_no_business(written):
    assert read_statement(written) == (False, "")


@pytest.mark.parametrize(
    ("written", "business"),
    [("○（住民基本台帳）", "住民基本台帳"), ("◎就学", "就学"), ("個人住民税・軽自動車税", "個人住民税・軽自動車税")],
)
def test_a_named_business_is_told_without_its_mark(written, business):
    assert read_statement(written) == (True, business)


@pytest.mark.parametrize(
    ("name", "purpose", "stated", "codes"),
    [
        ("MICJET税", "住民税・固定資産税・軽自", "個人住民税", {"resident_tax"}),
        ("福祉総合（あったかい福祉）", "障害・高齢・生保", "生活保護", {"public_assistance"}),
        ("税システム", "", "個住・軽自動車税", {"resident_tax", "light_vehicle_tax"}),
        ("学齢簿システム", "学齢簿の作成", "就学", {"school_register"}),
        ("就学援助システム", "就学援助の認定と支給", "就学", {"school_aid"}),
        ("入所管理", "", "子ども・子育て支援", {"childcare_support"}),
    ],
)
def test_a_stated_business_is_what_the_system_does(name, purpose, stated, codes):
    systems = mapped((name, purpose, stated))
    assert systems.systems["function"].iloc[0] in codes
    assert jobs(systems) == codes
    assert systems.unclassified().empty


def test_a_mark_alone_and_a_remark_decide_no_function():
    for written in ("○", "×", "対象外", "令和8年2月移行予定"):
        assert mapped(("ひだまり", "", written)).systems["function"].tolist() == [""]


def test_the_reason_not_to_merge_names_the_business_and_no_mark():
    def reasons(stated):
        rows = [("住民記録システム", "住民票", stated), ("住記システム", "住民票", stated)]
        return mapped(*rows).overlaps()["keep_apart"].iloc[0]

    assert "住民基本台帳" in reasons("○")[0] and "○" not in reasons("○")[0]
    assert reasons("×") == ()


def test_the_map_counts_as_open_what_people_are_asked_to_confirm():
    systems = mapped(("ひだまり", "", None), ("税システム", "住民税、固定資産税", None))
    title = dx.plot.reference_map(systems).get_title(loc="left")
    assert len(systems.unclassified()) == 2 and "（機能を確かめるもの 2）" in title
