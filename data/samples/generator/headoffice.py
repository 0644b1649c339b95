"""The lists that the head office keeps: staff survey, organisation, governance questionnaire, workflows."""
# ruff: noqa: E501  (prose and tables read better unbroken; wide characters count twice)

from __future__ import annotations

import csv
import io
from pathlib import Path

from . import handwriting as hand
from .city import City, Department
from .layouts import OTHER_LISTS
from .workbooks import Paper, SheetFact, print_wide, put, write_headers


def in_words_of(city: City, heads: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers of a head-office list as this city calls them; the hold-out city numbers its questions Q1 … Q20."""
    if city.style == "committed":
        return heads
    return [
        (OTHER_LISTS.get(h, h.replace("問", "Q", 1).replace(" ", "．", 1) if c.startswith("q") else h), c)
        for h, c in heads
    ]


QUESTIONS = {
    "q01": "DXとデジタル化の違いと、市がDXに取り組む理由を説明できる", "q02": "住民の立場で、担当手続の不便な点を3つ以上挙げられる",
    "q03": "自治体DX推進計画の重点取組事項と自課の業務の関係を説明できる", "q04": "表計算で、1行1件の表を作り、関数やピボットで集計できる",
    "q05": "グラフや集計表を正しく読み取り、根拠として説明できる", "q06": "表記ゆれ・空欄などデータの不備に気付き、直してから使える",
    "q07": "データを根拠に事業の改善や予算要求を行える", "q08": "生成AIのできること・苦手なことを説明できる",
    "q09": "庁内ルールに沿って生成AIを文書作成や要約に使える", "q10": "LGWANなど三層ネットワークの違いと守るべき扱いを説明できる",
    "q11": "ノーコードツールで申請フォームやアンケートを作成できる", "q12": "担当業務の流れを図に描き、ムダや二重入力を指摘できる",
    "q13": "RPA・AI-OCRで自動化できる業務を見分けられる", "q14": "情報セキュリティポリシーに沿って、メール・USB・持出しを安全に扱える",
    "q15": "個人情報・特定個人情報の取扱いを判断できる", "q16": "システム導入の企画・仕様・調達の流れを説明できる",
    "q17": "住民・職員の意見を聴き、試行と改善を繰り返して進められる", "q18": "これまでのやり方を変えることに前向きである",
    "q19": "わからないデジタルの事柄を自分で調べ、学び続けている", "q20": "他課や外部と協力して課題を解決している",
}  # fmt: skip


def survey_csv(folder: Path, city: City, people: list[dict]) -> SheetFact:
    """The form tool's export: cp932, question texts as headers, timestamps, some text answers with line breaks."""
    name = "職員アンケート_エクスポート.csv"
    heads = [("回答ID", "respondent_id"), ("回答日時", ""), ("部局", "bureau"), ("所属", "department"), ("職位", "position"), ("年代", "age_band"),
             ("任用形態", "employment_type"), ("在課年数", "years_in_post")]  # fmt: skip
    heads += [(f"問{int(q[1:])} {text}", q) for q, text in QUESTIONS.items()]
    heads += [
        ("過去1年に受けたDX・ICT研修", "training"),
        ("生成AIの業務利用頻度", "ai_use"),
        ("DX上の役割", "dx_role"),
        ("現在の業務で最も困っていること（自由記述）", "comment"),
    ]
    heads = in_words_of(city, heads)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([h for h, _ in heads])
    fact = SheetFact(name, "", "survey", (1, 1), columns=heads)
    for number, p in enumerate(people, start=2):
        day, hour, minute, second = p["_answered_at"]
        month, date = (8, 17 + day) if day < 15 else (9, day - 14)
        cells = []
        for _, column in heads:
            if column == "":
                value: object = f"2026/{month:02d}/{date:02d} {hour:02d}:{minute:02d}:{second:02d}"
            elif column == "department":
                value = p["department_written"]
            elif column in hand.WORDS and p.get(column) is not None:
                value = hand.words(column, p[column], False)
            else:
                value = p.get(column)
            if isinstance(value, float):
                value = int(value)
            cells.append("" if value is None else value)
        writer.writerow(cells)
        fact.accepted += 1
        fact.rows.append((number, p["respondent_id"]))
    (folder / name).write_bytes(buffer.getvalue().encode("cp932"))
    return fact


def organization_workbook(folder: Path, city: City, departments: list[Department]) -> SheetFact:
    """The organisation list: bureaus in merged cells, a subtotal under each, a grand total."""
    paper = Paper(folder / "組織一覧_R8.4.1.xlsx", "人事課")
    sheet = paper.book.add_worksheet("組織一覧")
    fact = SheetFact("組織一覧_R8.4.1.xlsx", "組織一覧", "organization")
    sheet.merge_range(0, 0, 0, 8, f"{city.name}　組織・職員数一覧（令和８年４月１日現在）", paper.title)
    sheet.write(1, 8, "人事課作成", paper.right)
    heads = [("", "部局名"), ("", "所属コード"), ("", "課名"), ("職員数", "計（人）"), ("職員数", "正規（人）"), ("職員数", "会計年度任用（人）"),
             ("", "月平均時間外（時間）"), ("", "改編日"), ("", "旧課名"), ("", "備考")]  # fmt: skip
    heads = [(g, in_words_of(city, [(h, "")])[0][0]) for g, h in heads]
    last = write_headers(paper, sheet, 3, heads)
    fact.header_rows, fact.rows_above = (4, last + 1), 3
    names = (
        "bureau",
        "department_code",
        "department",
        "headcount",
        "regular_staff",
        "fixed_term_staff",
        "overtime_hours",
        "valid_from",
        "predecessor",
        "",
    )
    fact.columns = [(f"{g}_{h}" if g else h, c) for (g, h), c in zip(heads, names, strict=True)]
    for i, w in enumerate((14, 10, 20, 9, 9, 11, 11, 12, 24, 20)):
        sheet.set_column(i, i, w)
    r = last + 1
    for bureau in dict.fromkeys(d.bureau for d in departments):
        mine = [d for d in departments if d.bureau == bureau]
        first = r
        for d in mine:
            put(paper, sheet, r, 1, d.code)
            put(paper, sheet, r, 2, d.name)
            for i, value in enumerate((d.headcount, d.regular, d.fixed_term, d.overtime), start=3):
                put(paper, sheet, r, i, value)
            put(paper, sheet, r, 7, "R8.4.1" if d.predecessor else None)
            put(paper, sheet, r, 8, "、".join(d.predecessor) or None)
            put(paper, sheet, r, 9, "交替制の隊員を除く" if d.code == "8003" else None)
            fact.rows.append((r + 1, d.code))
            fact.accepted += 1
            r += 1
        if len(mine) > 1:
            sheet.merge_range(first, 0, r - 1, 0, bureau, paper.cell)
        else:
            put(paper, sheet, first, 0, bureau)
        for i in range(10):
            sheet.write_blank(r, i, None, paper.total)
        sheet.write_string(r, 2, "小計", paper.total)
        for i, total in enumerate(
            (sum(d.headcount for d in mine), sum(d.regular for d in mine), sum(d.fixed_term for d in mine)), start=3
        ):
            sheet.write_number(r, i, total, paper.total)
        fact.ignored_below_header += 1
        r += 1
    sheet.write_string(r, 2, "合計", paper.total)
    sheet.write_number(r, 3, sum(d.headcount for d in departments), paper.total)
    sheet.write(r + 1, 0, "※ 保育所・消防署等の現場に勤務する交替制職員、特別職を除く。", paper.note)
    fact.ignored_below_header += 2
    print_wide(sheet)
    paper.close()
    return fact


def governance_workbook(folder: Path, city: City, answers: list[dict]) -> SheetFact:
    """設問・回答・備考, with numbers in front and a title above."""
    name = "DX推進体制_問診票.xlsx"
    paper = Paper(folder / name, "情報政策課")
    sheet = paper.book.add_worksheet("問診票")
    fact = SheetFact(name, "問診票", "governance", (4, 4), rows_above=3)
    sheet.merge_range(0, 0, 0, 3, "DX推進体制・制度に関する問診票", paper.title)
    sheet.write(1, 0, f"団体名：{city.name}　　基準日：令和８年４月１日", paper.plain)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 64)
    sheet.set_column(2, 2, 14)
    sheet.set_column(3, 3, 48)
    fact.columns = in_words_of(city, [("番号", ""), ("設問", "question"), ("回答", "answer"), ("備考", "note")])
    for i, (h, _) in enumerate(fact.columns):
        sheet.write(3, i, h, paper.head)
    for r, g in enumerate(answers, start=4):
        for i, value in enumerate((r - 3, g["question"], g["answer"], g["note"] or None)):
            put(paper, sheet, r, i, value)
        fact.rows.append((r + 1, str(r - 3)))
        fact.accepted += 1
    sheet.write(len(answers) + 4, 0, "※ 「検討中」は「無」とし、備考に記入してください。", paper.note)
    fact.ignored_below_header = 1
    print_wide(sheet)
    paper.close()
    return fact


FLOW_HEADS = (("手順番号", "step"), ("担当者", "actor"), ("作業内容", "action"), ("媒体", "medium"), ("使用システム", "system"), ("作業時間（分）", "work_minutes"),
              ("待ち時間（時間）", "wait_hours"), ("手戻り率（％）", "rework_rate"), ("分岐条件", "branch"), ("次の手順", "next_step"), ("分岐割合（％）", "probability"))  # fmt: skip


def workflow_workbook(folder: Path, city: City, flows: dict[tuple[str, str], list[dict]]) -> list[SheetFact]:
    """A sheet a business: its department and name above the step table."""
    name = "業務フロー_重点8業務.xlsx"
    paper = Paper(folder / name, "情報政策課")
    facts = []
    for number, ((department, business), steps) in enumerate(flows.items(), start=1):
        title = f"{number}_{business}"[:20].replace("/", "・")
        sheet = paper.book.add_worksheet(title)
        heads = in_words_of(
            city, [("業務番号", "business_id"), ("業務名", "business"), ("所属", "department"), *FLOW_HEADS]
        )
        fact = SheetFact(name, title, "workflow", (4, 4), rows_above=3, columns=heads)
        sheet.merge_range(0, 0, 0, 10, f"業務フロー記述票　{business}", paper.title)
        sheet.write(1, 0, f"所属：{department}　　記入：令和８年９月　　※ヒアリングにより作成", paper.plain)
        sheet.set_row(3, 28)
        for i, (h, column) in enumerate(heads):
            sheet.write(3, i, h, paper.head)
            sheet.set_column(
                i, i, {"action": 34, "business": 26, "branch": 26, "system": 20, "actor": 16}.get(column, 11)
            )
        for r, step in enumerate(steps, start=4):
            sheet.set_row(r, 28 if max(len(step.get("actor") or ""), len(step.get("system") or "") - 2) > 7 else 15)
            for i, (_, column) in enumerate(heads):
                value = step.get("_medium" if column == "medium" else column)
                if column == "next_step":
                    value = "、".join(value)
                elif isinstance(value, float) and value.is_integer():
                    value = int(value)
                put(paper, sheet, r, i, value)
            fact.rows.append((r + 1, f"{step['business_id']}/{r}"))
            fact.accepted += 1
        print_wide(sheet)
        facts.append(fact)
    paper.close()
    return facts
