"""What holds for any names that Japanese files (cp932) can hold."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import dxaudit as dx
from dxaudit.systems.names import fold, parse
from dxaudit.systems.terms import TermIndex
from dxaudit.vocabulary import load

NAME = st.text(st.sampled_from("施設予約文書管理システムカナｶﾅウﾞAbc 12.（）-ー・"), max_size=14) | st.text(
    st.characters(codec="cp932"), max_size=10
)
SPELLINGS = [load("names")[table] for table in ("spellings", "kana_names", "kana_options")]
WORDS = [word for table in SPELLINGS for pair in table.items() for word in pair]
# Words that are put in for one another, side by side with marks that fold away.
SIDE_BY_SIDE = st.lists(st.sampled_from([*WORDS, "ー", "-", " ", "で", "3"]), max_size=5).map("".join)


@given(NAME | SIDE_BY_SIDE)
def test_folding_twice_is_folding_once(name):
    assert fold(fold(name)) == fold(name)


@given(NAME)
def test_a_name_with_something_in_it_keeps_a_stem(name):
    assert bool(parse(name).stem) or not fold(name).strip("() ")


@given(
    st.lists(st.text("abc住民税", min_size=2, max_size=4), min_size=1, max_size=6, unique=True),
    st.lists(st.text("abc住民税 ", max_size=9), max_size=5),
)
def test_the_word_index_finds_what_a_search_finds(terms, texts):
    """Against the plain search: a term is found in a text exactly where it stands and no longer term covers it."""
    hits = TermIndex(terms, [True] * len(terms)).find(texts)
    found = {(int(t), terms[k]) for t, k in zip(hits.text, hits.term, strict=True)}

    def spans(text):
        for term in terms:
            at = text.find(term)
            while at >= 0:
                before, after = text[at - 1 : at] if at else "", text[at + len(term) : at + len(term) + 1]
                cut = (term[0].isascii() and before in "abc" and before) or (
                    term[-1].isascii() and after in "abc" and after
                )
                if not cut:
                    yield at, at + len(term), term
                at = text.find(term, at + 1)

    expected = set()
    for number, text in enumerate(texts):
        all_spans = list(spans(text))
        for begin, end, term in all_spans:
            if not any(b <= begin and e >= end and (b, e) != (begin, end) for b, e, _ in all_spans):
                expected.add((number, term))
    assert found == expected


@settings(max_examples=12, deadline=None)
@given(st.lists(NAME, max_size=7))
def test_the_order_of_the_list_moves_no_pair(names):
    def pairs(order):
        rows = pd.DataFrame({"system_id": [str(i) for i in order], "system": [names[i] for i in order]})
        found = dx.map_systems(dx.from_tables(systems=rows)).pairs()
        found = found[found["confidence"] >= 0.5]
        return {
            (frozenset((a, b)), k) for a, b, k in zip(found["system_a"], found["system_b"], found["kind"], strict=True)
        }

    assert pairs(range(len(names))) == pairs(range(len(names) - 1, -1, -1))
