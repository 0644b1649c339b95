"""Charts of the register: what they draw, and that nothing, one row and many rows all give a chart."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.settings import PERSPECTIVES

mpl.use("Agg")

ALL = {
    "perspectives": lambda r, **k: dx.plot.perspectives(r, **k),
    "perspective_matrix": lambda r, **k: dx.plot.perspective_matrix(r, **k),
    "top_issues": lambda r, **k: dx.plot.top_issues(r, **k),
    "impact_ease": lambda r, **k: dx.plot.impact_ease(
        r, pd.Series({c: 1 + i % 5 for i, c in enumerate(r.entries)}), **k
    ),
    "rank_acceptability": lambda r, **k: dx.plot.rank_acceptability(r, **k),
    "weight_tornado": lambda r, **k: dx.plot.weight_tornado(r, **k),
}


def state(departments: int) -> dx.CurrentState:
    rows = pd.DataFrame(
        [
            dict(department=f"第{d}課", business=f"業務{i}", medium=("paper", "both", "digital")[(i + d) % 3],
                 annual_hours=10.0 * (i + 1), manual=("true", "false")[(i + d) % 2], approval="paper",
                 assigned_staff=1.0 + i % 2, measurement_method="estimated", category_major="庶務" if i else "窓口",
                 legal_basis=None, routine="routine", regulation_kind=("目視",), office_tools=("Excel",),
                 systems_used=())
            for d in range(departments)
            for i in range(4)
        ]
    )  # fmt: skip
    return dx.from_tables(businesses=rows) if departments else dx.from_tables()


@pytest.fixture(autouse=True)
def look():
    with dx.style.applied():
        yield


@pytest.fixture(scope="module", params=[0, 1, 30], ids=["nothing", "one department", "thirty departments"])
def register(request):
    return dx.assess(state(request.param))


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("name", ALL)
def test_a_chart_is_drawn_on_the_axes_given_and_given_back(register, name, lang):
    figure, ax = plt.subplots()
    assert ALL[name](register, ax=ax, lang=lang) is ax
    figure.canvas.draw()
    plt.close(figure)


def boxes(ax):
    renderer = ax.figure.canvas.get_renderer()
    # Of the words alone, without the line that leads back to the point.
    return [mpl.text.Text.get_window_extent(t, renderer) for t in ax.texts if t.get_text()]


def test_labels_of_the_scatter_do_not_collide_and_stay_inside():
    ax = ALL["impact_ease"](dx.assess(state(30)), department=None)
    ax.figure.canvas.draw()
    found = boxes(ax)
    inside = ax.get_window_extent()
    assert len(found) > 5
    for i, one in enumerate(found):
        assert one.x0 >= inside.x0 - 1 and one.x1 <= inside.x1 + 1
        assert not any(one.overlaps(other) for other in found[i + 1 :])
    plt.close(ax.figure)


def test_bars_show_the_scores_and_the_unassessed_are_hatched():
    register = dx.assess(state(30))
    ax = dx.plot.perspectives(register, "第3課")
    scores = register.perspectives("第3課").set_index("perspective")["score"]
    lengths = sorted(p.get_width() for p in ax.patches if not p.get_hatch())
    np.testing.assert_allclose(lengths, sorted(scores.dropna()))
    assert sum(bool(p.get_hatch()) for p in ax.patches) == scores.isna().sum() > 0
    plt.close(ax.figure)


def test_the_matrix_has_a_cell_for_every_department_and_perspective():
    register = dx.assess(state(30))
    ax = dx.plot.perspective_matrix(register)
    cells = [p for p in ax.patches if p.get_width() == 1]
    assert len(cells) == 31 * len(PERSPECTIVES)
    hatched = sum(bool(p.get_hatch()) for p in cells)
    assert hatched == register.perspectives()["score"].isna().sum()
    plt.close(ax.figure)


def test_a_dollar_sign_in_a_name_is_a_letter():
    made = state(2)
    strange = made.businesses.assign(department=made.businesses["department"] + "$^{$")
    ax = dx.plot.perspective_matrix(dx.assess(made.replace(businesses=strange)))
    ax.figure.canvas.draw()
    assert "第0課$^{$" in [t.get_text() for t in ax.get_yticklabels()]
    plt.close(ax.figure)


def test_bars_of_the_top_issues_are_their_priorities():
    register = dx.assess(state(1))
    ax = dx.plot.top_issues(register, 4, "第0課")
    np.testing.assert_allclose([p.get_width() for p in ax.patches], register.top(4, "第0課")["priority"])
    plt.close(ax.figure)
