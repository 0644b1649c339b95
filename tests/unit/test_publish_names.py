"""Department names become folder names that every file system takes, and no two departments share one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxaudit.publish.names import LONGEST, folder_names

RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}


@pytest.mark.parametrize("name", ["市民課", "消防局 総務課", "DX推進課", "子ども家庭部　子育て支援課", "課・係(担当)"])
def test_an_ordinary_name_stays_as_it_is(name):
    assert folder_names([name])[name] == name


@pytest.mark.parametrize(
    "name",
    [
        "CON", "con.txt", "LPT1", "COM¹", "課...", "課 ",
        "../../etc", "a/b", 'x<script>"y"', "課" * 400, ".", "..", " ",
        "a\0b", "\u202e課", "\ud800課",
    ],
)  # fmt: skip
def test_a_name_that_no_file_system_takes_is_made_safe(name, tmp_path):
    folder = folder_names([name])[name]
    assert folder != name
    (tmp_path / folder).mkdir()
    assert [found.name for found in tmp_path.iterdir()] == [folder]


@given(st.lists(st.text(max_size=80), unique=True, max_size=12))
def test_no_two_names_share_a_folder_and_each_is_safe(names):
    folders = folder_names(names, taken=["全庁"])
    assert set(folders) == set(names)
    seen = {folder.casefold() for folder in folders.values()}
    assert len(seen) == len(names)
    assert "全庁" not in seen
    for folder in folders.values():
        assert folder and folder == folder.strip() and not folder.endswith(".") and not folder.startswith(".")
        assert len(folder) <= LONGEST and len(folder.encode("utf-8")) <= 240
        assert not set(folder) & set('<>:"/\\|?*') and all(ord(c) >= 32 for c in folder)
        assert folder.split(".")[0].casefold() not in RESERVED


@given(st.lists(st.text(min_size=1, max_size=20), unique=True, min_size=2, max_size=6))
def test_a_folder_does_not_depend_on_the_order_of_the_list(names):
    assert dict(folder_names(names)) == dict(folder_names(names[::-1]))


def test_names_that_differ_only_in_case_are_kept_apart():
    folders = folder_names(["DX課", "dx課"])
    assert folders["DX課"].casefold() != folders["dx課"].casefold()
