"""A working session without a browser: every decision shows its effect, is kept, replayed, and can be taken back."""

import re
import zipfile

import pytest

import dxaudit as dx
from dxaudit.session import WorkingSession, panels, write_minutes
from dxaudit.session.panels.prioritise import agreement

BUSINESSES = """業務番号,所属,業務名,年間業務時間,紙/電子の別,担当者数,マニュアル有無
A-1,市民課,住民異動届の受付,12000,紙のみ,1,無
A-2,市民課,証明書の交付,800,併存,3,有
A-3,市民課,印鑑登録,400,電子のみ,2,有
B-1,税務課,当初賦課,3000,電子のみ,4,有
B-2,税務課,税証明の交付,900,紙のみ,1,無
"""
SYSTEMS = """システム番号,システム名,所管課,ベンダー,機能分類,運用経費（千円）
S1,公共施設予約システム,市民課,汐路情報,施設予約,1200
S2,公共施設予約システム,税務課,汐路情報,施設予約,900
S3,財務会計システム,税務課,港データ,財務会計,5000
"""


@pytest.fixture
def folder(tmp_path):
    city = tmp_path / "市"
    city.mkdir()
    (city / "業務棚卸.csv").write_text(BUSINESSES, encoding="utf-8-sig")
    (city / "情報システム一覧.csv").write_text(SYSTEMS, encoding="utf-8-sig")
    (city / "dxaudit.toml").write_text('municipality = "試験市"\nas_of = "2026-10-01"\n', encoding="utf-8")
    return city


def row_of(state, business):
    return int(state.businesses.index[state.businesses["business"] == business][0])


def figure(register, code, department):
    frame = register.frame
    return frame[(frame["code"] == code) & (frame["department"] == department)].iloc[0]


def test_a_corrected_value_changes_the_figure_and_not_the_file(folder):
    before = (folder / "業務棚卸.csv").read_bytes()
    session = WorkingSession(folder)
    was = figure(session.register, "G01", "市民課")["value"]
    row = row_of(session.state, "住民異動届の受付")
    session.correct("businesses", row, "annual_hours", "１,２００", who="市民課長", why="桁違い")
    now = figure(session.register, "G01", "市民課")["value"]
    assert now == pytest.approx(100 * (1200 + 800) / (1200 + 800 + 400))
    assert now != was
    changed = session.changes().set_index(["department", "code"])
    assert changed.loc[("市民課", "G01"), "value_before"] == was
    assert changed.loc[("市民課", "G01"), "value_after"] == now
    assert not [d for d, _ in changed.index if d == "税務課" and changed.loc[(d, _), "value_before"] is None]
    assert (folder / "業務棚卸.csv").read_bytes() == before


def test_later_reads_and_other_sessions_show_what_was_decided(folder):
    session = WorkingSession(folder)
    row = row_of(session.state, "住民異動届の受付")
    made = session.correct("businesses", row, "annual_hours", "1200", who="市民課長", why="桁違い")
    session.weigh({"data": 2.5}, who="部長", why="連携を重く")
    state = dx.read(folder)
    assert state.businesses["annual_hours"][row] == 1200
    assert state.settings.weights["data"] == 2.5
    again = WorkingSession(folder)
    assert again.start == 2 and again.taken_here == ()
    assert again.register.frame.equals(dx.assess(state).frame)
    touched = figure(dx.assess(state), "G01", "市民課")["decisions"]
    assert made.id in touched
    again.undo(made.id, who="市民課長", why="元が正しかった")
    assert dx.read(folder).businesses["annual_hours"][row] == 12000


def test_a_rejected_pair_stays_rejected(folder):
    session = WorkingSession(folder)
    claimed = {frozenset(p) for p in session.systems.pairs()[["system_a", "system_b"]].to_numpy().tolist()}
    assert frozenset({"S1", "S2"}) in claimed
    session.review("reject", ["S1", "S2"], who="情報政策課長", why="利用者が違う")
    for systems in (session.systems, dx.map_systems(dx.read(folder))):
        left = systems.pairs()
        left = left[left["confidence"] >= 0.5]
        assert frozenset({"S1", "S2"}) not in {frozenset(p) for p in left[["system_a", "system_b"]].to_numpy().tolist()}


def test_an_accepted_risk_keeps_its_figure(folder):
    session = WorkingSession(folder)
    was = figure(session.register, "G01", "市民課")["value"]
    made = session.accept_risk("G01", "市民課", who="副市長", why="来年度の更新まで待つ")
    now = figure(session.register, "G01", "市民課")
    assert now["value"] == was
    assert made.id in now["decisions"]


@pytest.mark.parametrize(
    ("column", "value"), [("annual_hours", "たくさん"), ("annual_hours", "inf"), ("medium", "紙"), ("manual", "多分")]
)
def test_a_value_that_the_column_cannot_hold_is_refused_and_nothing_recorded(folder, column, value):
    session = WorkingSession(folder)
    with pytest.raises(dx.DxauditError):
        session.correct("businesses", 0, column, value, who="課長", why="訂正")
    assert not (folder / "decisions.jsonl").exists()


def test_minutes_tell_who_decided_what_and_why_and_what_stays_open(folder, tmp_path):
    session = WorkingSession(folder)
    row = row_of(session.state, "住民異動届の受付")
    session.correct("businesses", row, "annual_hours", "1200", who="市民課長", why="<script>桁違い</script>")
    session.ask("台帳は二つあるのか", "税務課", who="進行", why="数が合わない", due="2026-11-30")
    session.review("reject", ["S1", "S2"], who="情報政策課長", why="利用者が違う")
    page = write_minutes(session, tmp_path / "議事録.html").read_text(encoding="utf-8")
    for expected in (
        "試験市",
        "市民課長",
        "&lt;script&gt;桁違い",
        "12,000",
        "1,200",
        "台帳は二つあるのか",
        "税務課",
        "2026-11-30",
    ):
        assert expected in page
    assert "<script" not in page and not re.search(r"https?://", page)
    document = write_minutes(session, tmp_path / "議事録.docx")
    with zipfile.ZipFile(document) as parts:
        body = parts.read("word/document.xml").decode()
    for expected in ("試験市", "市民課長", "桁違い", "公共施設予約システム", "台帳は二つあるのか"):
        assert expected in body
    with pytest.raises(dx.DxauditError):
        write_minutes(session, tmp_path / "議事録.txt")


def test_agreement_of_raters_is_kendalls_w(folder):
    session = WorkingSession(folder)
    assert "2人以上" in agreement(session)
    # Three raters' rankings with W = 0.7778 (see docs/scoring.md), as impacts from 5 down.
    ranks = {"甲": (1, 2, 3, 4), "乙": (2, 1, 3, 4), "丙": (1, 3, 2, 4)}
    for rater, places in ranks.items():
        for code, place in zip(("G01", "G10", "O01", "O02"), places, strict=True):
            session.rate(rater, code, "全庁", impact=6 - place, ease=3)
    assert "W = 0.78" in agreement(session)


def test_every_panel_shows_itself_and_a_mistake_is_one_line(folder):
    session = WorkingSession(folder)
    for name in panels.__all__:
        assert getattr(panels, name)(session) is not None
    box = panels.weights(session)
    who, why = box.children[-1].children[0].children
    button, said = box.children[-1].children[1].children[0], box.children[-1].children[2]
    who.value, why.value = "", "理由"
    button.click()
    assert "誰の決定か" in said.value
    who.value = "<b>部長</b>"
    button.click()
    assert session.decisions[0].who == "<b>部長</b>"
    assert "<b>" not in panels.changes(session).children[1].value


def test_two_cities_on_one_laptop_share_nothing(folder, tmp_path):
    other = tmp_path / "別の町"
    other.mkdir()
    (other / "業務.csv").write_text("所属,業務名,年間業務時間\n総務課,例規審査,500\n", encoding="utf-8-sig")
    first, second = WorkingSession(folder), WorkingSession(other)
    first.weigh({"people": 3.0}, who="部長", why="人材")
    first.review("reject", ["S1", "S2"], who="課長", why="別")
    second.refresh()
    assert second.decisions == ()
    assert second.state.settings.weights["people"] == 1
    shown = second.register.frame.to_csv()
    assert "市民課" not in shown and "公共施設予約" not in shown
    assert "試験市" not in write_minutes(second, tmp_path / "町.html").read_text(encoding="utf-8")


def test_later_reports_show_which_figures_decisions_touched(folder):
    from dxaudit.publish import open_city
    from dxaudit.publish.sections import department as report

    untouched = [table.caption for table in report.issues(open_city(str(folder)), "市民課").tables]
    session = WorkingSession(folder)
    session.correct(
        "businesses", row_of(session.state, "印鑑登録"), "annual_hours", "500", who="市民課長", why="転記誤り"
    )
    session.accept_risk("G01", "市民課", who="副市長", why="更新を待つ")
    tables = report.issues(open_city(str(folder)), "市民課").tables
    added = [table for table in tables if table.caption not in untouched and "会議の決定" in table.caption]
    assert len(added) == 1
    shown = added[0].frame.to_csv()
    for expected in ("市民課長", "転記誤り", "副市長", "更新を待つ"):
        assert expected in shown
    elsewhere = report.issues(open_city(str(folder)), "税務課").tables
    assert not any("会議の決定" in table.caption for table in elsewhere)
