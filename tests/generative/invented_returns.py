"""Invented but realistic returns of departments: workbooks whose right reading is known.

Headers are worded freely and most of them stand in no dictionary of the product; values are written in the ways
of real forms. `invent(seed, …)` gives rows of cells, merged ranges and the truth about them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

# Wordings by column, made up for this test: none is copied from the product's vocabulary.
HEADERS: dict[str, dict[str, list[str]]] = {
    "businesses": {
        "business_id": ["事務の整理番号", "業務の通し番号", "事業ID番号", "業務管理番号", "事務コード番号"],
        "bureau": ["所管の部局名", "担当部局等", "所属する部", "部局の名称"],
        "department": [
            "事務を担当する課",
            "所管している課名",
            "担当課（室）名",
            "所管所属名",
            "担当の課・室",
            "受け持ち課",
            "業務主管課室",
        ],
        "related_departments": ["関係する課・室", "他に関わる部署", "連携する所属", "調整先の課", "共同で行う課"],
        "business": [
            "業務（事務）の名称",
            "事務・業務名",
            "担当する業務名",
            "対象事務名称",
            "業務のタイトル",
            "事務事業等の名称",
        ],
        "purpose": ["業務の目的（概要）", "事務の概要説明", "何のための業務か（目的）", "業務内容の説明", "事業の趣旨"],
        "legal_basis": ["根拠となる法令・条例", "根拠法令・要綱等", "法律・条例等の根拠", "根拠例規"],
        "annual_cases": [
            "年間の取扱い件数",
            "1年間の処理件数",
            "年間の申請受付数",
            "昨年度の処理件数",
            "年間総件数（実績）",
            "令和5年度実績件数",
            "取扱件数／年",
        ],
        "online_cases": [
            "うち電子申請による件数",
            "オンラインでの申請件数",
            "電子申請利用数",
            "上記のうちネット受付件数",
            "うちオンライン受付",
        ],
        "minutes_per_case": [
            "1件あたりに要する時間（分）",
            "1件の処理にかかる時間（分）",
            "一件当たり処理時間",
            "1件毎の作業時間(分)",
            "件あたり所要分数",
        ],
        "annual_hours": [
            "年間の総作業時間",
            "年間延べ時間",
            "1年間に要する業務時間",
            "年間業務量（時間）",
            "総業務時間数",
            "年間の所要工数",
        ],
        "regular_staff_hours": ["正規職員分の時間", "正職員の従事時間", "業務時間（正規職員）", "うち正規の業務量"],
        "fixed_term_staff_hours": [
            "会計年度任用職員分の時間",
            "会計年度職員の従事時間",
            "業務時間（会計年度任用職員）",
            "うち会計年度の業務量",
        ],
        "full_time_equivalents": ["従事する職員数（人工）", "投入している人工", "必要人工数", "職員数（人役）"],
        "budget": ["年間の事業費予算", "令和6年度当初予算額", "事業にかかる経費", "予算額（年額）", "事業経費の額"],
        "assigned_staff": ["担当している人数", "担当職員の人数", "従事者の実人数"],
        "peak_period": ["業務が集中する時期", "一番忙しい月", "繁忙の時期", "ピークとなる月"],
        "core": ["コア業務／ノンコア業務の別", "コア・ノンコアの区分", "職員が自ら行うべき業務か"],
        "routine": ["定型・非定型の別", "定型的な業務か", "定型／非定型の区分"],
        "medium": ["紙か電子か", "書類の媒体（紙・電子）", "紙・データの別", "取扱う媒体の種類"],
        "seal": ["押印を求めているか", "はんこの要否", "申請時の押印の要否", "印鑑が必要か"],
        "in_person": ["対面での対応が必要か", "来庁が必要か", "窓口に来る必要の有無", "対面の必要性の有無"],
        "systems_used": [
            "使っている情報システム",
            "業務で利用するシステム名",
            "使用中のシステム",
            "関係システムの名称",
        ],
        "office_tools": ["エクセル・アクセスの使用", "Excelマクロ等の利用", "使っている表計算ソフト等"],
        "data_transfer": ["データの受け渡し方", "他システムとのデータ連携の方法", "データ授受・転記の方法"],
        "outsourcing": ["外部への委託の有無", "業務委託しているか", "民間委託の状況"],
        "manual": ["業務マニュアルの整備状況", "手順書・マニュアルの有無", "マニュアルがあるか"],
        "personal_information": ["個人情報を扱うか", "取り扱う個人情報の種類", "個人情報・特定個人情報の有無"],
        "reported_issue": ["現在の課題・問題", "困っている点", "業務の課題と感じること", "支障となっている事項"],
        "outcome_measure": ["成果を測る指標", "成果指標（KPI）", "達成目標の指標"],
        "manual_updated": ["マニュアルを最後に更新した日", "手順書の最新更新日", "マニュアル改訂年月"],
        "approval": ["決裁のやり方", "決裁は電子か紙か", "起案・決裁の区分"],
        "online_available": [
            "オンライン申請ができるか",
            "電子申請の対応状況",
            "オンライン化されているか",
            "ネットで申請可能か",
        ],
        "improvement_idea": ["改善のアイデア", "見直しの案", "業務改善の提案内容"],
        "improvement_owner": ["改善の担当者", "見直しの責任者"],
        "improvement_due": ["改善の目標時期", "見直し完了の予定時期", "改善の期限"],
        "writing_mandated": ["書面が義務付けられている根拠", "書面提出の義務の有無と根拠"],
        "measurement_method": ["時間の把握の方法", "業務量の算定方法", "時間数の測定方法"],
    },
    "systems": {
        "system_id": ["システムの管理番号", "システム整理番号", "情報システムID"],
        "system": [
            "情報システム等の名称",
            "使用システムの名称",
            "システム（サービス）の名称",
            "システムの呼び名",
            "業務システムの名称",
        ],
        "system_class": ["システムの区分（基幹・内部等）", "システム種類", "基幹系・内部系の別"],
        "owner_department": [
            "システムを所管する課",
            "管理している課",
            "主管する部署",
            "運用担当課",
            "所管している所属",
        ],
        "user_departments": ["利用している部署", "システムの利用課", "使っている課・所属", "利用する部署名"],
        "users": ["利用者の人数", "利用している職員の数", "利用アカウントの数", "利用端末の台数"],
        "vendor": [
            "保守を委託している業者",
            "導入・保守ベンダー",
            "開発元・販売元の会社名",
            "契約している事業者",
            "運用保守事業者名",
        ],
        "package": ["導入しているパッケージ名", "使用製品の名称", "パッケージ製品名"],
        "architecture": ["システムの構成形態", "クラウド・オンプレの別", "システムの提供形態"],
        "in_service_from": ["運用を開始した年月", "導入した年度", "稼働を開始した時期", "システム導入年月"],
        "contract_from": ["現契約の開始日", "契約の開始年月日", "契約を始めた日（契約開始）"],
        "contract_to": ["現契約の満了日", "契約が終わる日（契約終了）", "次回の更新時期", "契約の満了年月"],
        "contract_method": ["契約の方式（入札等）", "業者の選定方法", "契約の締結方法（随契等）"],
        "initial_cost": ["導入時にかかった費用", "構築に要した経費", "当初の導入経費", "システム構築費（初期）"],
        "annual_cost": [
            "年間の運用・保守費",
            "1年間の維持経費",
            "毎年かかる費用",
            "年間の利用料・保守料",
            "ランニングコスト（年）",
        ],
        "network_zone": ["接続しているネットワーク", "設置ネットワーク（三層）", "ネットワークの区分"],
        "personal_information": ["個人情報を保有しているか", "個人情報・特定個人情報の有無", "取り扱う個人情報"],
        "linked_systems": ["連携している他システム", "データ連携先のシステム", "接続しているシステム名"],
        "link_method": ["他システムとの連携方法", "システム間連携の手段", "データ連携のやり方"],
        "standardization_status": ["標準化への移行状況", "標準準拠システムへの移行の状況", "標準化対応の進捗"],
        "purpose": ["システムの利用目的", "システムの目的・内容", "主な用途・概要"],
        "data_held": ["保有している主なデータ", "管理する情報の内容", "登録されているデータ項目"],
        "support_end": ["サポートが終了する日", "保守サポートの期限", "メーカーサポート終了時期"],
    },
    "organization": {
        "department_code": ["所属のコード番号", "課の番号（コード）", "組織コードNo"],
        "bureau": ["所属部局名", "部（局）名", "部局の名称"],
        "department": ["課（室）の名称", "所属の名称", "課・室等の名称"],
        "headcount": ["在籍している職員数", "職員の総数", "配置職員数", "現員の人数"],
        "regular_staff": ["うち正規の職員数", "正規の人数", "正職員の人数"],
        "fixed_term_staff": ["うち会計年度任用職員の数", "会計年度職員の人数", "うち非正規の職員数"],
        "overtime_hours": ["1人あたり月平均の時間外", "月の平均残業時間数", "時間外勤務の月平均"],
        "valid_from": ["設置された日", "組織の適用開始年月日", "改編年月日（設置）"],
        "predecessor": ["改編前の課名", "前身となる課", "旧所属の名称"],
    },
    "workflow": {
        "business_id": ["業務の番号", "事務番号ID"],
        "business": ["業務（事務）名", "対象となる業務名", "手続・業務の名称"],
        "department": ["担当している課", "所管の課"],
        "step": ["工程の順番", "手順の番号", "作業順序"],
        "actor": ["作業する人", "実施する者", "担当する者"],
        "action": ["作業の内容", "行う処理内容", "手順の内容説明"],
        "work_minutes": ["作業にかかる時間（分）", "処理に要する時間（分）", "実作業の時間"],
        "wait_hours": ["待ち時間（時間）", "次工程までの滞留時間", "待ちの時間"],
        "rework_rate": ["差戻しの割合", "手戻りの発生率", "不備・差戻率"],
        "next_step": ["次に進む手順", "次の工程番号", "後続の手順番号"],
    },
}

CHOICES = {
    "core": {"core": ["コア", "コア業務"], "noncore": ["ノンコア", "ノンコア業務"]},
    "routine": {"routine": ["定型"], "nonroutine": ["非定型"]},
    "medium": {"digital": ["電子のみ", "電子"], "both": ["併存", "紙・電子", "紙と電子"], "paper": ["紙のみ", "紙"]},
    "data_transfer": {
        "api": ["API"],
        "file": ["ファイル連携"],
        "csv_manual": ["CSV手動"],
        "manual": ["手入力"],
        "paper": ["紙"],
    },
    "personal_information": {
        "specific": ["特定個人情報"],
        "sensitive": ["要配慮個人情報"],
        "personal": ["有", "あり"],
        "none": ["無", "なし"],
    },
    "approval": {"electronic": ["電子決裁", "電子"], "paper": ["紙決裁", "紙"]},
    "writing_mandated": {"ordinance": ["例規", "条例"], "law": ["法令", "法律"], "none": ["なし"]},
    "measurement_method": {
        "measured": ["実測"],
        "reported": ["実績記入"],
        "estimated": ["推定積み上げ"],
        "ratio": ["比率算出"],
    },
    "system_class": {
        "core": ["基幹業務システム", "基幹系"],
        "individual": ["個別業務システム"],
        "internal": ["内部管理システム", "内部系"],
    },
    "architecture": {
        "mainframe": ["汎用機"],
        "client_server": ["C/S", "クライアントサーバ"],
        "web": ["Web"],
        "standalone": ["スタンドアロン"],
        "saas": ["SaaS"],
        "on_premises": ["オンプレミス"],
    },
    "contract_method": {
        "open_bid": ["一般競争入札"],
        "designated_bid": ["指名競争入札"],
        "proposal": ["プロポーザル", "公募型プロポーザル"],
        "negotiated": ["随意契約", "随契"],
    },
    "network_zone": {
        "mynumber": ["マイナンバー利用事務系"],
        "lgwan": ["LGWAN接続系", "LGWAN"],
        "internet": ["インターネット接続系", "インターネット"],
    },
    "link_method": {
        "api": ["API"],
        "file": ["ファイル連携"],
        "csv_manual": ["CSV手動"],
        "manual": ["手入力"],
        "none": ["連携なし"],
    },
    "standardization_status": {
        "done": ["移行済"],
        "in_progress": ["移行中"],
        "specified_support": ["特定移行支援"],
        "not_started": ["未着手"],
    },
}
TRI = {
    "true": ["○", "〇", "◯", "有", "あり", "要", "済"],
    "partial": ["△", "一部"],
    "false": ["×", "無", "なし", "不要", "未"],
}
MISSING = ["-", "－", "―", "該当なし", "", "", ""]
DEPARTMENTS = [
    "市民課",
    "税務課",
    "福祉総務課",
    "子育て支援課",
    "建設課",
    "上下水道課",
    "情報政策課",
    "総務課",
    "学校教育課",
    "農政課",
]
BUREAUS = ["市民部", "総務部", "福祉部", "福祉部", "建設部"]
NAMES = [
    "住民票の写しの交付",
    "印鑑登録",
    "固定資産税の賦課",
    "保育所入所受付",
    "道路占用許可",
    "狂犬病予防",
    "図書館資料の貸出",
    "選挙事務",
    "水道使用開始届",
    "児童手当認定",
    "介護認定",
    "市営住宅管理",
    "入札参加資格審査",
    "広報紙の発行",
    "議会事務",
    "給与計算",
    "防災訓練",
    "統計調査",
    "文書管理",
    "窓口案内",
]
SYSTEMS = [
    "住民記録システム",
    "税総合システム",
    "財務会計システム",
    "文書管理システム",
    "人事給与システム",
    "グループウェア",
    "電子申請サービス",
    "図書館システム",
    "上下水道料金システム",
    "GIS",
]
VENDORS = ["株式会社北星情報", "㈱みなとシステムズ", "日の丸電算(株)", "合同会社アオバ", "富岳コンピュータ株式会社"]
TEXTS = [
    "紙の申請書を手入力しており時間がかかる",
    "様式が課ごとに異なる",
    "年度末に集中する",
    "担当者しか手順を知らない",
    "問合せ対応に追われている",
]
TITLES = ["令和６年度　業務棚卸調査票", "○○市　庁内調査", "様式第１号", "業務量等調査（回答用）", "別紙１"]


@dataclass
class Return:
    """An invented sheet: its cells (row-wise), merged ranges (1-based r0, c0, r1, c1) and the truth."""

    table: str
    rows: list[list] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    header_rows: tuple[int, int] = (1, 1)
    columns: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    """Position (1-based) → (joined header, canonical column or None)."""
    values: list[dict[str, object]] = field(default_factory=list)
    """Per record, canonical column → the value that should come out (None for missing)."""
    data_rows: list[int] = field(default_factory=list)
    ignored: int = 0


def _number(rng: random.Random, value: float, unit: str) -> object:
    """One of the ways in which ``value`` (of ``unit``) gets written."""
    whole = float(value).is_integer()
    plain = str(int(value)) if whole else repr(value)
    ways = [value, value, plain, plain.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))]
    if whole:
        ways += [f"{int(value):,}", f"約{int(value):,}", f"{plain}程度", f"{plain}{unit}"]
    if unit == "分" and whole and value % 60 == 0:
        ways += [f"{int(value) // 60}時間", f"{int(value) // 60}:00"]
    if unit == "分" and whole and value % 60 == 30 and value > 60:
        ways += [f"{int(value) // 60}時間半", f"{int(value) // 60}時間30分"]
    if unit == "千円" and whole:
        ways += [f"{int(value):,}千円", f"{int(value) * 1000:,}円"] + (
            [f"{int(value) // 10}万円"] if value % 10 == 0 else []
        )
    return rng.choice(ways)


def _date(rng: random.Random) -> tuple[object, str]:
    year, month, day = rng.randint(2019, 2030), rng.randint(5, 12), rng.randint(1, 28)
    era = year - 2018
    iso = f"{year}-{month:02d}-{day:02d}"
    return rng.choice(
        [
            (f"R{era}.{month}.{day}", iso),
            (f"令和{'元' if era == 1 else era}年{month}月{day}日", iso),
            (f"{year}/{month}/{day}", iso),
            (iso, iso),
            (f"令{era}.{month}", iso[:7]),
            (f"R{era:02d}/{month}/{day}", iso),
            (f"令和{era}年{month}月", iso[:7]),
            (f"{year}年{month}月{day}日", iso),
            (f"令和{era}年度", f"FY{year}"),
        ]
    )


def _value(rng: random.Random, table: str, column: str, kind: str, unit: str, i: int) -> tuple[object, object]:
    """(written, expected)"""
    if column in ("business", "action"):
        name = NAMES[i % len(NAMES)] + ("" if i < len(NAMES) else f"その{i // len(NAMES) + 1}")
        return name, name
    if column == "system" and table == "systems":
        name = SYSTEMS[i % len(SYSTEMS)] + ("" if i < len(SYSTEMS) else f"第{i // len(SYSTEMS) + 1}")
        return name, name
    if column in ("department", "owner_department"):
        name = DEPARTMENTS[i % len(DEPARTMENTS)] if table == "organization" else rng.choice(DEPARTMENTS)
        return name, name
    if column.endswith("_id") or column == "step":
        return float(i + 1), str(i + 1)
    if column == "department_code":
        return f"{101 + i:04d}", f"{101 + i:04d}"
    if rng.random() < 0.08:
        # 「該当なし」 is an answer where one can have none of something.
        return rng.choice([m for m in MISSING if m != "該当なし" or column not in CHOICES]), None
    if column in CHOICES:
        code = rng.choice(list(CHOICES[column]))
        return rng.choice(CHOICES[column][code]), code
    if kind == "tri":
        code = rng.choice(list(TRI))
        return rng.choice(TRI[code]), code
    if kind == "date":
        return _date(rng)
    if kind == "num":
        value: float = {
            "分/件": rng.choice([5, 10, 15, 30, 60, 90, 120]), "分": rng.choice([5, 10, 30, 60]),
            "千円/年": rng.randint(1, 900) * 10, "千円": rng.randint(1, 900) * 10, "人": rng.randint(1, 60),
            "%": rng.choice([5, 10, 20]), "時間/月": rng.choice([5.5, 12, 20]), "時間": rng.choice([1, 4, 24]),
        }.get(unit, rng.randint(1, 3000))  # fmt: skip
        written = {
            "件/年": "件",
            "分/件": "分",
            "分": "分",
            "千円/年": "千円",
            "千円": "千円",
            "人": "人",
            "時間/年": "時間",
        }
        return _number(rng, float(value), written.get(unit, "")), float(value)
    if kind == "list":
        pool = {"systems_used": SYSTEMS, "linked_systems": SYSTEMS, "office_tools": ["Excel", "Access"],
                "data_held": ["氏名", "住所", "生年月日", "税額"]}.get(column, DEPARTMENTS)  # fmt: skip
        names = rng.sample(pool, rng.randint(1, min(3, len(pool))))
        return rng.choice(["、", "，", "\n", ";", "／"]).join(names), tuple(names)
    if column in ("vendor", "package", "improvement_owner", "actor"):
        name = rng.choice(VENDORS)
        return name, name
    if column == "peak_period":
        return rng.choice([("3月～4月", "3月～4月"), ("年度末", "年度末"), ("6月", "6月")])
    if column == "legal_basis":
        return rng.choice([("地方税法第5条", "地方税法第5条"), ("戸籍法", "戸籍法"), ("市税条例", "市税条例")])
    text = rng.choice(TEXTS)
    return text, text


def invent(seed: int, spec: dict, size: int = 24) -> Return:
    """An invented return: one sheet of a random table, layout and wording."""
    rng = random.Random(seed)
    table = rng.choice(["businesses"] * 4 + ["systems"] * 3 + ["organization", "workflow"])
    pool = HEADERS[table]
    must = {"businesses": ["business", "department"], "systems": ["system", "owner_department"],
            "organization": ["department", "headcount"], "workflow": ["business", "step", "action"]}[table]  # fmt: skip
    rest = [c for c in pool if c not in must]
    chosen = set(must) | set(rng.sample(rest, rng.randint(min(4, len(rest)), min(16, len(rest)))))
    order = [c for c in pool if c in chosen]
    made = Return(table)
    wide: list[tuple[str, str | None, str]] = []
    if rng.random() < 0.5 and not any(c.endswith("_id") for c in order):
        wide.append(
            (rng.choice(["No.", "番号", "№"]), {"businesses": "business_id", "systems": "system_id"}.get(table), "")
        )
    for column in order:
        wide.append((rng.choice(pool[column]), column, ""))
    for name in rng.sample(
        ["備　考", "電話番号（内線）", "記入者氏名", "最終確認者印", "メールアドレス"], rng.randint(0, 2)
    ):
        wide.append((name, None, ""))
    width = len(wide)
    top = rng.choice([0, 0, 1, 2, 3])
    rows: list[list] = []
    for t in range(top):
        row = [""] * width
        row[0] = rng.choice(TITLES) if t == 0 else ""
        if t == 1:
            row[min(width - 1, rng.randint(2, 6))] = rng.choice(
                ["作成日：R6.5.1", "記入者：総務課　山田", "（太枠内を記入）"]
            )
        rows.append(row)
    if rng.random() < 0.3 and top:
        rows.append([""] * width)
    start = len(rows) + 1
    two = rng.random() < 0.45 and width >= 6
    names = [name.replace("の", "の\n", 1) if rng.random() < 0.1 else name for name, _, _ in wide]
    joined = list(names)
    if two:
        upper, lower = list(names), [""] * width
        a = rng.randint(2, width - 3)
        b = min(width - 1, a + rng.randint(1, 3))
        group = rng.choice(["調査項目", "業務の状況", "詳細", "現状"])
        for c in range(a, b + 1):
            upper[c], lower[c] = (group if c == a else ""), names[c]
            joined[c] = f"{group}_{names[c]}"
        made.merged.append((start, a + 1, start, b + 1))
        made.merged += [(start, c + 1, start + 1, c + 1) for c in range(width) if not a <= c <= b]
        rows += [upper, lower]
        made.header_rows = (start, start + 1)
    else:
        rows.append(list(names))
        made.header_rows = (start, start)
    made.columns = {c + 1: (joined[c], wide[c][1]) for c in range(width)}
    header_copy = list(rows[start - 1])
    for i in range(size):
        if i and rng.random() < 0.04:
            row = [""] * width
            row[min(1, width - 1)] = rng.choice(["小計", "合　計", "計"])
            numeric = [c for c in range(width) if wide[c][1] and spec[table][wide[c][1]]["type"] == "num"]
            if numeric:
                rows.append([*row[: numeric[0]], 0.0, *row[numeric[0] + 1 :]])
                made.ignored += 1
        if not two and i and rng.random() < 0.02:
            rows.append(header_copy)
            made.ignored += 1
        row, truth = [], {}
        for _, column, _ in wide:
            if column is None:
                row.append("" if rng.random() < 0.6 else rng.choice(["内線123", "確認済", "山田"]))
                continue
            entry = spec[table][column]
            if column == "bureau":
                # Of a department, so that the same department is never in two bureaus; filled in below.
                row.append("")
                continue
            written, expected = _value(rng, table, column, entry["type"], entry.get("unit", ""), i)
            row.append(written)
            truth[column] = expected
        for c, (_, column, _) in enumerate(wide):
            if column == "bureau":
                owner = truth.get("department") or truth.get("owner_department")
                row[c] = truth["bureau"] = BUREAUS[DEPARTMENTS.index(owner) % len(BUREAUS)]
        for c, (_, column, _) in enumerate(wide):
            # 〃 where the value is the same as above.
            before = made.values[-1].get(column) if made.values else None
            repeats = column in ("department", "owner_department", "vendor") and before and before == truth.get(column)
            if repeats and rng.random() < 0.5:
                row[c] = rng.choice(["〃", "同上"])
        rows.append(row)
        made.values.append(truth)
        made.data_rows.append(len(rows))
    for note in rng.sample(
        ["※ 件数は令和５年度実績です。", "注）時間は概算で可", "※１ 委託分を除く"], rng.randint(0, 2)
    ):
        rows.append([note, *[""] * (width - 1)])
        made.ignored += 1
    made.rows = rows
    return made
