"""The check after a batch: whose file it is, whether it is whole, whether departments sum to the city."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxaudit.publish.readback import differing, wrong_file
from dxaudit.publish.run import Outcome, check_parameters, named_png, parameters_of

PAGE = (
    '<meta name="dxaudit-department" content="{}"><meta name="dxaudit-facts" content="{{&#34;hours&#34;: 2.5}}"><style>'
)


def test_a_page_of_another_department_or_with_other_figures_is_found(tmp_path):
    (tmp_path / "report.html").write_text(PAGE.format("市民課"), encoding="utf-8")
    files = {"html": "report.html"}
    assert wrong_file(tmp_path, Outcome("市民課", "", files, {"hours": 2.5})) == ""
    assert wrong_file(tmp_path, Outcome("税務課", "", files, {"hours": 2.5})) == "report.html"
    assert wrong_file(tmp_path, Outcome("市民課", "", files, {"hours": 2.6})) == "report.html"
    (tmp_path / "report.html").write_text(PAGE.format("市民課")[:60], encoding="utf-8")
    assert wrong_file(tmp_path, Outcome("市民課", "", files, {"hours": 2.5})) == "report.html"
    (tmp_path / "report.xlsx").write_bytes(b"PK half")
    assert wrong_file(tmp_path, Outcome("市民課", "", {"xlsx": "report.xlsx"}, {})) == "report.xlsx"


numbers = st.floats(0, 1e9, allow_nan=False)


@given(st.lists(numbers, min_size=1, max_size=60), st.floats(0.01, 1e6))
def test_a_sum_that_is_off_by_more_than_rounding_is_found(hours, off):
    departments = [{"hours": value} for value in hours]
    assert differing(departments, {"hours": sum(hours)}) is None
    wrong = sum(hours) * (1 + 1e-6) + off
    figure, total, city = differing(departments, {"hours": wrong})
    assert figure == "hours" and city == wrong and total == pytest.approx(sum(hours))


def test_parameters_of_a_notebook_are_the_names_its_cell_sets(tmp_path):
    import json

    source = ["department: str = '市民課'  # 所属\n", "source = ''\n", "lang = threshold = 3\n"]
    cells = [{"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}]
    (tmp_path / "own.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert parameters_of(tmp_path / "own.ipynb") == {"department", "source", "lang", "threshold"}
    with pytest.raises(Exception, match="unknown"):
        check_parameters(tmp_path / "own.ipynb", {"unknown": 1, "lang": "ja"})


def test_a_picture_takes_a_department_and_stays_a_picture():
    import base64
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (4, 3), "#00118f").save(target, "png")
    named = base64.b64decode(named_png(base64.b64encode(target.getvalue()).decode("ascii"), "総務部 総務課"))
    with Image.open(io.BytesIO(named)) as picture:
        picture.load()
        assert picture.size == (4, 3)
        assert picture.info["Subject"].encode("ascii").decode("unicode_escape") == "総務部 総務課"
