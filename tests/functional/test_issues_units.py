"""The same inventory written in other units gives the same scores, bit by bit where the arithmetic allows it."""

from pathlib import Path

import numpy as np
import openpyxl
import pytest

import dxaudit as dx

WORK = [
    ("市民課", "転出届の受付", 4200, 10, 700, "紙のみ", "定型"),
    ("市民課", "住民票の写しの交付", 31000, 6, 3100, "併存", "定型"),
    ("市民課", "広報原稿の作成", 24, 60, 31, "電子のみ", "非定型"),
    ("税務課", "課税台帳の更新", 900, 30, 465, "電子のみ", "定型"),
    ("税務課", "納税相談", 620, 45, 465, "紙のみ", "非定型"),
]
SYSTEMS = [
    ("住民記録システム", "市民課", "甲社", 4500),
    ("税務システム", "税務課", "乙社", 3100),
    ("窓口予約", "市民課", "甲社", 400),
]

# How a department may write hours, minutes and money: heading, and what stands in the cell.
HOURS = {
    "時間": ("年間業務時間(時間)", lambda h: h),
    "人日": ("年間業務時間（人日）", lambda h: h / 7.75),
    "in the cell": ("年間業務時間", lambda h: f"{h}時間"),
}
MINUTES = {"分": ("1件当たり所要時間(分)", lambda m: m), "時間": ("1件当たり所要時間(時間)", lambda m: m / 60)}
MONEY = {
    "千円": ("運用経費(千円)", lambda k: k),
    "円": ("運用経費（円）", lambda k: k * 1000),
    "万円": ("運用経費(万円)", lambda k: k / 10),
}


def workbook(path: Path, hours: str, minutes: str, money: str) -> dx.CurrentState:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "業務一覧"
    (hours_head, as_hours), (minutes_head, as_minutes) = HOURS[hours], MINUTES[minutes]
    sheet.append(["所属", "業務名", "年間処理件数", minutes_head, hours_head, "紙/電子の別", "定型/非定型"])
    for department, name, cases, per_case, total, medium, routine in WORK:
        sheet.append([department, name, cases, as_minutes(per_case), as_hours(total), medium, routine])
    sheet = book.create_sheet("情報システム一覧")
    money_head, as_money = MONEY[money]
    sheet.append(["システム名", "所管課", "ベンダー", money_head])
    for name, owner, vendor, cost in SYSTEMS:
        sheet.append([name, owner, vendor, as_money(cost)])
    book.save(path)
    return dx.read(path)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    state = workbook(tmp_path_factory.mktemp("units") / "plain.xlsx", "時間", "分", "千円")
    return dx.assess(state.replace(settings=dx.Settings(population=50_000, fiscal_year=2026))).frame


@pytest.mark.parametrize(
    ("hours", "minutes", "money"),
    [("人日", "分", "千円"), ("in the cell", "分", "円"), ("時間", "時間", "万円"), ("人日", "時間", "円")],
)
def test_other_units_give_the_same_scores(tmp_path, plain, hours, minutes, money):
    state = workbook(tmp_path / "other.xlsx", hours, minutes, money)
    other = dx.assess(state.replace(settings=dx.Settings(population=50_000, fiscal_year=2026))).frame
    assert {"G01", "G05", "D03", "D06"} <= set(plain.loc[plain["assessed"], "code"])
    assert (other["assessed"] == plain["assessed"]).all()
    for column in ("value", "severity", "reach", "priority", "low", "high"):
        np.testing.assert_allclose(other[column].astype(float), plain[column].astype(float), rtol=1e-9)
