"""Free text is counted by theme, masked, and quoted only when somebody released the quotation."""

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.decisions import Decision
from dxaudit.privacy.masking import masked, names_somebody
from dxaudit.skills.comments import comments_to_read, theme_label, themes_of
from dxaudit.vocabulary import load

ITEMS = [f"q{i:02d}" for i in range(1, 21)]


def state(comments, **changes):
    rng = np.random.default_rng(0)
    survey = pd.DataFrame(rng.integers(1, 6, (len(comments), 20)).astype(float), columns=ITEMS)
    return dx.from_tables(survey=survey.assign(department="税務課", comment=comments)).replace(**changes)


def test_a_comment_counts_under_every_theme_of_which_it_holds_a_word():
    assert set(themes_of("紙の申請書をエクセルに転記している")) == {"paper", "double_entry", "residents"} - {
        "paper"
    } | {"paper"}
    assert set(themes_of("ＣｈａｔＧＰＴの研修がない")) == {"ai", "skills"}
    assert themes_of("特にない") == ()


def test_themes_are_counted_and_small_counts_hidden():
    found = dx.profile_skills(state(["紙が多い"] * 7 + ["研修がない"] * 3 + ["空が青い"] * 5 + [None] * 5)).themes
    found = found.set_index("theme")
    assert found.loc["", "comments"] == 15
    assert found.loc["paper", "comments"] == 7 and found.loc["paper", "share"] == pytest.approx(7 / 15)
    assert not found.loc["skills", "shown"] and np.isnan(found.loc["skills", "comments"])
    assert found.loc["other", "comments"] == 5
    assert all(theme_label(theme, lang) for theme in found.index for lang in ("ja", "en"))


def test_the_word_list_is_open_and_complete():
    for theme in load("themes")["themes"].values():
        assert theme["label"]["ja"] and theme["label"]["en"] and len(theme["words"]) == len(set(theme["words"]))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("山田課長が理解してくれない", "〔氏名〕課長が理解してくれない"),
        ("田中さんしか分からない", "〔氏名〕さんしか分からない"),
        ("小鳥遊さんに聞く", "〔氏名〕さんに聞く"),
        ("佐藤　花子まで ０１２３－４５－６７８９", "〔氏名〕まで 〔電話〕"),
        ("090-1234-5678か内線2345へ", "〔電話〕か〔電話〕へ"),
        ("taro.y@city.example.jpへ送る", "〔メール〕へ送る"),
        ("氏名：小鳥遊太郎", "氏名:〔氏名〕"),
        ("職員番号1234567の端末", "職員番号〔番号〕の端末"),
        ("〒123-4567", "〔住所〕"),
    ],
)
def test_what_names_a_person_is_masked(written, expected):
    assert masked(written) == expected
    assert names_somebody(written)


def test_an_address_is_masked():
    for written in ("塩凪市港町3丁目12-4の件", "港町3丁目12番4号", "塩凪市港町12-4"):
        assert "〔住所〕" in masked(written) and "12" not in masked(written)


@pytest.mark.parametrize(
    "written",
    [
        "税務課長の決裁が遅い",
        "担当課長に聞く",
        "市民の皆様から電話",
        "様式第1号が古い",
        "2024-04-01から運用",
        "原因が不明",
        "窓口で1-2時間待つ",
        "関係者と調整",
        "仕様が古い",
        "多様な申請",
        "同様に紙が多い",
        "令和6年度の予算",
        "石川県の様式",
    ],
)
def test_what_names_nobody_stays(written):
    assert masked(written, ["税務課"]) == written


def test_no_comment_is_in_the_profile_unless_released():
    said = ["山田課長が反対する", "紙が多い"] * 6
    assert dx.profile_skills(state(said)).quotes.empty
    released = Decision(
        "release_quote", "企画課長", "本人の了解", {"theme": "leadership", "quote": "山田課長が反対する"}
    )
    found = dx.profile_skills(state(said, decisions=(released,))).quotes
    assert found.to_dict("records") == [
        {"theme": "leadership", "quote": "〔氏名〕課長が反対する", "released_by": "企画課長"}
    ]


def test_what_the_analyst_reads_is_masked_and_says_not_where_it_came_from():
    found = comments_to_read(state(["山田課長が反対する", "紙が多い", None]))
    assert list(found.columns) == ["theme", "quote"]
    assert found["quote"].tolist() == ["〔氏名〕課長が反対する", "紙が多い"]
