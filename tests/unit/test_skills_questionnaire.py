"""The default questions, a city's own, reversed ones, and answers that are none."""

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.skills.groups import age_bands, tiers
from dxaudit.skills.questionnaire import questionnaire
from dxaudit.vocabulary import load

ITEMS = [f"q{i:02d}" for i in range(1, 21)]


def survey(people=12, **columns):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(1, 6, (people, 20)).astype(float), columns=ITEMS)
    return frame.assign(department="市民課", **columns)


def profile(own, frame, extras=None):
    state = dx.from_tables(dx.Settings(questionnaire=own), survey=frame)
    return dx.profile_skills(state.replace(extras={"survey": extras}) if extras is not None else state)


def test_every_default_question_has_its_area_target_and_both_languages():
    asked = load("questionnaire")
    assert list(asked["items"]) == ITEMS
    for item in asked["items"].values():
        assert item["ja"] and item["en"] and item["area"] in asked["areas"] and item["scale"] in asked["scales"]
        assert item["target"] and all(1 <= level <= 5 for level in item["target"].values())
    assert questionnaire(dx.Settings()).version == asked["version"]
    assert set(questionnaire(dx.Settings()).scale_versions) == {"skill", "attitude"}


def test_a_reversed_question_is_turned_before_anything_is_computed():
    frame = survey(q01=[1.0, 2.0] * 6)
    plain = profile({}, frame).measure("item:q01", "city").iloc[0]
    turned = profile({"q01": {"reverse": True}}, frame).measure("item:q01", "city").iloc[0]
    assert plain["value"] == 1.5 and turned["value"] == 4.5


def test_a_question_can_be_set_aside():
    frame = survey()
    found = profile({code: {"area": ""} for code in ITEMS[3:]}, frame)
    assert found.measure("level", "city")["value"].iloc[0] == pytest.approx(frame[ITEMS[:3]].to_numpy().mean())
    assert found.areas == ("why",)


def test_a_citys_own_question_stands_beside_the_default_ones():
    own = {
        "version": "塩凪市2026",
        "areas": {"field": {"ja": "現場のデジタル", "en": "Field work"}},
        "tablet": {"ja": "現場でタブレットを使える", "area": "field", "header": "タブレット", "target": {"all": 3}},
    }
    cells = ["3", "４", "該当なし", "一人でできる", 5.0, None] * 2
    found = profile(own, survey(), pd.DataFrame({"タブレット": cells}))
    line = found.measure("level:field", "city").iloc[0]
    assert line["respondents"] == 8 and line["value"] == pytest.approx((3 + 4 + 3 + 5) / 4)
    assert found.questionnaire.version == "塩凪市2026" and "field" in found.areas
    assert found.questionnaire.area_label("field") == "現場のデジタル"


def test_a_question_of_the_same_name_with_its_own_text_inherits_nothing():
    asked = questionnaire(dx.Settings(questionnaire={"q14": {"ja": "電子決裁を使える", "area": "how"}}))
    item = next(i for i in asked.items if i.code == "q14")
    assert not item.security and item.target == {}


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ({"q01": {"area": "どこか"}}, "q01.area"),
        ({"q01": {"target": 6}}, "q01.target"),
        ({"q01": {"target": {"部長": 3}}}, "q01.target"),
        ({"q01": {"reverse": "はい"}}, "q01.reverse"),
        ({"q01": {"weight": 2}}, "q01.weight"),
        ({"q21": {"ja": "新しい設問"}}, "q21.area"),
        ({"q01": 3}, "q01"),
    ],
)
def test_a_mistake_in_the_settings_names_its_key(entry, key):
    with pytest.raises(dx.DxauditError, match=key.replace(".", r"\.")):
        questionnaire(dx.Settings(questionnaire=entry))


def test_answers_off_the_scale_count_as_unanswered():
    frame = survey(q01=[9.0, 0.0, 3.0, np.nan] * 3)
    assert profile({}, frame).measure("item:q01", "city").empty or profile({}, frame).measure("item:q01", "city")[
        "shown"
    ].tolist() == [False]
    frame = survey(people=24, q01=[9.0, 3.0] * 12)
    line = profile({}, frame).measure("item:q01", "city").iloc[0]
    assert line["respondents"] == 12 and line["value"] == 3


def test_a_question_asked_of_few_counts_in_no_average_over_questions():
    frame = survey(people=30)
    frame["q20"] = [5.0] * 8 + [np.nan] * 22
    found = profile({}, frame)
    assert found.measure("item:q20", "city")["respondents"].iloc[0] == 8
    expected = frame[["q17", "q18", "q19"]].to_numpy().mean()
    assert found.measure("level:mindset", "city")["value"].iloc[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("position", "tier"),
    [
        ("部長", "manager"),
        ("課長", "manager"),
        ("課長補佐", "manager"),
        ("担当課長", "manager"),
        ("消防署長", "manager"),
        ("こども園長", "manager"),
        ("参事", "manager"),
        ("係長", "staff"),
        ("主査", "staff"),
        ("主事", "staff"),
        ("会計年度任用職員", "staff"),
        ("係長補佐", "staff"),
        ("班長", "staff"),
    ],
)
def test_a_position_belongs_to_managers_or_staff(position, tier):
    assert tiers(pd.Series([position])).tolist() == [tier]


def test_age_bands_have_one_spelling():
    written = pd.Series(["30代", "30歳代", "３０代", "30～39歳", "34歳", "60代以上", "６０歳以上", None])
    found = age_bands(written)
    assert set(found[:5]) == {"30代"} and set(found[5:7]) == {"60代以上"} and found.isna().iloc[7]


def test_a_question_whose_column_no_file_held_is_named():
    own = {"tablet": {"ja": "現場でタブレットを使える", "area": "how", "header": "タブレット"}}
    assert profile(own, survey()).unanswered == ("tablet",)


def test_people_without_a_position_are_counted_above_and_are_no_group():
    found = profile({}, survey(people=30, position=["課長"] * 8 + ["主事"] * 14 + [None] * 8))
    assert found.measure("level", "position")["group"].tolist() == ["課長", "主事"]
    assert found.measure("level", "city")["respondents"].iloc[0] == 30
