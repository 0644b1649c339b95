"""How does each bureau lay out its answer? Titles, headers, units, marks, and what its form has no column for."""
# ruff: noqa: E501  (prose and tables read better unbroken; wide characters count twice)

from __future__ import annotations

from dataclasses import dataclass, field

BUSINESS = [
    "business_id",
    "department",
    "category_major",
    "business",
    "legal_basis",
    "annual_cases",
    "online_cases",
    "minutes_per_case",
    "annual_hours",
    "regular_staff_hours",
    "fixed_term_staff_hours",
    "assigned_staff",
    "peak_period",
    "core",
    "routine",
    "medium",
    "approval",
    "seal",
    "in_person",
    "fee_payment",
    "form_number",
    "online_available",
    "writing_mandated",
    "regulation_kind",
    "systems_used",
    "office_tools",
    "data_source",
    "data_transfer",
    "outsourcing",
    "manual",
    "manual_updated",
    "personal_information",
    "budget",
    "outcome_measure",
    "measurement_method",
    "reported_issue",
    "improvement_idea",
    "improvement_owner",
    "improvement_due",
]
SYSTEM = [
    "system_id",
    "system",
    "system_class",
    "owner_department",
    "user_departments",
    "users",
    "vendor",
    "package",
    "architecture",
    "in_service_from",
    "contract_from",
    "contract_to",
    "contract_method",
    "initial_cost",
    "annual_cost",
    "network_zone",
    "personal_information",
    "linked_systems",
    "link_method",
    "standardized_business",
    "standardization_status",
    "old_annual_cost",
    "purpose",
]

# What the columns are called by default; bureaus change some of it.
HEADERS = {
    "business_id": "整理番号", "department": "課名", "category_major": "業務大分類", "business": "業務名", "legal_basis": "根拠法令等",
    "annual_cases": "年間処理件数", "online_cases": "うちオンライン件数", "minutes_per_case": "1件当たり所要時間（分）",
    "annual_hours": "年間業務時間（時間）", "regular_staff_hours": "正規職員（時間）", "fixed_term_staff_hours": "会計年度任用職員（時間）",
    "assigned_staff": "担当者数", "peak_period": "繁忙期", "core": "コア／ノンコア", "routine": "定型／非定型", "medium": "紙・電子の別",
    "approval": "決裁区分", "seal": "押印の有無", "in_person": "対面の要否", "fee_payment": "手数料・支払方法", "form_number": "様式番号",
    "online_available": "オンライン化の有無", "writing_mandated": "書面の義務付け", "regulation_kind": "アナログ規制区分",
    "systems_used": "使用システム", "office_tools": "Excel・Accessの利用", "data_source": "入力元", "data_transfer": "データ連携方式",
    "outsourcing": "外部委託", "manual": "マニュアルの有無", "manual_updated": "マニュアル最終更新", "personal_information": "個人情報",
    "budget": "事業費（千円）", "outcome_measure": "成果指標", "measurement_method": "時間の算出方法", "reported_issue": "課題・困りごと",
    "improvement_idea": "改善案", "improvement_owner": "改善担当", "improvement_due": "改善期限",
    "system_id": "管理番号", "system": "システム名", "system_class": "区分", "owner_department": "所管課", "user_departments": "利用課",
    "users": "利用者数（人）", "vendor": "ベンダー", "package": "パッケージ名", "architecture": "形態", "in_service_from": "稼働年月",
    "contract_from": "契約開始", "contract_to": "契約満了", "contract_method": "契約方式", "initial_cost": "構築経費（千円）",
    "annual_cost": "運用経費（千円/年）", "network_zone": "ネットワーク区分", "linked_systems": "連携先", "link_method": "連携方式",
    "standardized_business": "標準化対象業務", "standardization_status": "移行状況", "old_annual_cost": "移行前運用経費（千円）",
    "purpose": "目的・概要",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """One bureau's habits."""

    file: str
    title: str
    sheets: str = "one"  # "one" list for the bureau, or a sheet "each" department
    units: dict[str, str] = field(default_factory=lambda: {"hours": "時間", "minutes": "分", "money": "千円"})
    headers: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    marks: str = "kanji"
    other_words: bool = False
    dates: str = "mixed"
    joint: str = "、"
    sloppy: float = 0.02
    departments: str = "written"  # "written" in each row, "ditto" 〃, or "merged" cells
    subtotals: bool = False
    example_row: bool = False
    repeat_header: int = 0
    spare: tuple[str, ...] = ("備考",)
    hidden: str = ""
    cover: bool = True
    sample_sheet: bool = False
    choices: str = ""  # "", "shown", "hidden"
    lead_rows: int = 3
    decorated: bool = (
        False  # colours that mean something, comments, blank rows between sections, line breaks, a hidden column
    )


VOLUME = (
    "annual_cases",
    "online_cases",
    "minutes_per_case",
    "annual_hours",
    "regular_staff_hours",
    "fixed_term_staff_hours",
    "assigned_staff",
    "peak_period",
)
IMPROVE = ("reported_issue", "improvement_idea", "improvement_owner", "improvement_due")
PROCEDURE = (
    "seal",
    "in_person",
    "fee_payment",
    "form_number",
    "online_available",
    "writing_mandated",
    "regulation_kind",
)
DAYS = {"hours": "人日", "minutes": "分", "money": "千円"}

LAYOUTS = {
    "総務部": Layout(
        "総務部_業務棚卸調査票.xlsx", "令和８年度　業務棚卸調査票（総務部）",
        groups={"業務量": VOLUME, "手続の状況": PROCEDURE, "課題と改善": IMPROVE},
        departments="merged", subtotals=True, marks="kanji", dates="long", sample_sheet=True, choices="hidden", sloppy=0.03,
    ),
    "市民部": Layout(
        "市民部（業務・システム）.xlsx", "業務量調査表【市民部】", sheets="each", units=DAYS,
        headers={
            "business_id": "No", "business": "事務名", "category_major": "大分類", "annual_cases": "件数", "online_cases": "うち電子申請件数",
            "minutes_per_case": "所要時間（分/件）", "annual_hours": "工数（人日）", "regular_staff_hours": "正職員（人日）",
            "fixed_term_staff_hours": "会任（人日）", "assigned_staff": "担当人数", "systems_used": "利用システム", "manual": "手順書の有無",
            "reported_issue": "問題点", "core": "コア業務区分", "medium": "媒体", "budget": "予算額（千円）",
        },
        groups={"業務量（年間）": VOLUME}, marks="circle", dates="short", subtotals=True, example_row=True, choices="shown",
        sloppy=0.04, hidden="集計作業用", spare=("係名", "備考"),
    ),
    "健康福祉部": Layout(
        "健康福祉部_調査票（修正版２）.xlsx", "業 務 棚 卸 表", units={"hours": "時間", "minutes": "分", "money": "万円"},
        headers={
            "department": "担当課", "business": "業務名称", "legal_basis": "根拠", "annual_cases": "処理件数", "annual_hours": "年間時間（ｈ）",
            "budget": "予算（万円）", "manual": "マニュアル有無", "personal_information": "個人情報（特定・要配慮の別）",
            "office_tools": "Excel／Access利用", "reported_issue": "困りごと", "annual_cost": "年額（万円）", "initial_cost": "初期費用（万円）",
            "old_annual_cost": "旧経費（万円）", "vendor": "委託先", "contract_to": "リース満了",
        },
        groups={"手続": PROCEDURE}, departments="ditto", marks="kana", dates="mixed", sloppy=0.05, sample_sheet=True, joint="、", repeat_header=28,
    ),
    "こども未来部": Layout(
        "こども未来部.xlsx", "こども未来部　業務棚卸シート", sheets="each", marks="circle", other_words=True, dates="short",
        headers={"business": "業務", "annual_hours": "業務量（時間/年）", "minutes_per_case": "処理時間（分）", "annual_cases": "年間件数",
                 "data_transfer": "データ連携", "peak_period": "繁忙月", "personal_information": "個人情報の有無", "systems_used": "システム名"},
        groups={"業務量": VOLUME, "改善": ("improvement_idea", "improvement_owner", "improvement_due")}, choices="hidden", cover=False,
        sloppy=0.03, joint="\n",
    ),
    "産業観光部": Layout(
        "【産業観光部】業務棚卸（R5様式）.xlsx", "業務棚卸表（令和５年度様式）", units={"hours": "時間", "minutes": "時間", "money": "千円"},
        headers={"department": "所属", "annual_hours": "年間所要時間（h）", "minutes_per_case": "１件当たり作業時間（時間）", "business": "事務事業名",
                 "category_major": "分野", "assigned_staff": "主担当（人）", "medium": "電子化状況", "form_number": "様式名", "budget": "当初予算額（千円）"},
        without=("approval", "data_transfer", "data_source", "measurement_method", "outcome_measure"), marks="kanji", dates="long",
        subtotals=True, departments="ditto", sloppy=0.08, cover=False, example_row=True, lead_rows=4, decorated=True,
    ),
    "都市建設部": Layout(
        "都市建設部_業務棚卸・システム一覧.xlsx", "業務棚卸・情報システム調査", sheets="each", marks="kanji", dates="western", units=DAYS,
        headers={"annual_hours": "投入工数（人日/年）", "regular_staff_hours": "うち正規（人日）", "fixed_term_staff_hours": "うち会計年度任用（人日）",
                 "regulation_kind": "規制類型", "data_transfer": "転記・連携", "legal_basis": "根拠法令", "annual_cost": "保守料（円/年）",
                 "initial_cost": "導入費（円）", "old_annual_cost": "移行前経費（円）", "fee_payment": "手数料"},
        groups={"人工": ("annual_hours", "regular_staff_hours", "fixed_term_staff_hours", "assigned_staff")}, sample_sheet=True, sloppy=0.02,
        other_words=True, hidden="旧様式",
    ),
    "上下水道局": Layout(
        "上下水道局回答.xlsx", "上下水道局　業務一覧", marks="circle", dates="dotted", departments="merged",
        headers={"department": "課", "business": "業務名", "annual_hours": "総時間（時間）", "minutes_per_case": "作業時間（分）",
                 "manual": "引継書・手順書", "outsourcing": "委託の有無"},
        groups={"作業量": ("annual_cases", "minutes_per_case", "annual_hours")}, subtotals=True, sloppy=0.02, choices="shown", cover=False,
        without=("outcome_measure",),
    ),
    "教育委員会": Layout(
        "教育委員会_とりまとめ.xlsx", "教育委員会事務局　業務棚卸とりまとめ表", marks="circle", dates="mixed", departments="ditto",
        headers={"department": "課・館名", "business": "事務名", "medium": "紙利用", "annual_cases": "業務規模（件）", "annual_hours": "年間業務時間（ｈ）",
                 "core": "職員でなければできない業務か（コア/ノンコア）", "reported_issue": "課題"},
        groups={"業務量": VOLUME, "課題": ("reported_issue", "improvement_idea", "improvement_owner", "improvement_due")},
        other_words=True, sample_sheet=True, sloppy=0.04, lead_rows=5, subtotals=True, joint="，",
    ),
    "消防本部": Layout(
        "消防本部.xlsx", "消防本部業務棚卸表（日勤者）", sheets="each", marks="kanji", dates="long", sloppy=0.06, units=DAYS,
        headers={"annual_hours": "年間業務量（人日）", "regular_staff_hours": "正規（人日）", "fixed_term_staff_hours": "臨時（人日）",
                 "business": "業務名", "approval": "決裁方法", "systems_used": "使用システム（機器）"},
        groups={"業務量": ("annual_cases", "minutes_per_case", "annual_hours", "regular_staff_hours", "fixed_term_staff_hours", "assigned_staff")},
        example_row=True, without=("outcome_measure", "measurement_method"), cover=False, decorated=True,
    ),
    "会計・議会": Layout(
        "会計課.xlsx", "業務棚卸調査票", sheets="each", marks="kanji", dates="long", cover=False, groups={"業務量": VOLUME},
    ),
}  # fmt: skip
# What the hold-out city's departments call the columns instead.
OTHER_HEADERS = {
    "business_id": "通番", "department": "担当課名", "category_major": "分野（大分類）", "business": "事務の名称", "legal_basis": "根拠となる法令・条例",
    "annual_cases": "処理件数（件/年）", "online_cases": "うち電子申請の件数", "minutes_per_case": "１件あたりの処理時間（分）",
    "annual_hours": "年間の業務時間（h）", "regular_staff_hours": "正規職員の時間（h）", "fixed_term_staff_hours": "会計年度任用職員の時間（h）",
    "assigned_staff": "担当者の人数", "peak_period": "忙しい時期", "core": "コア業務／ノンコア業務", "routine": "定型・非定型", "medium": "紙か電子か",
    "approval": "決裁の方法", "seal": "押印", "in_person": "来庁の要否", "fee_payment": "手数料と支払方法", "form_number": "様式",
    "online_available": "電子申請の可否", "writing_mandated": "書面規定", "regulation_kind": "アナログ規制の区分", "systems_used": "使っているシステム",
    "office_tools": "Excel・Access利用", "data_source": "情報源", "data_transfer": "連携の方式", "outsourcing": "委託の有無", "manual": "手順書",
    "manual_updated": "手順書の更新年月", "personal_information": "個人情報の有無", "budget": "予算額（千円）", "outcome_measure": "評価指標",
    "measurement_method": "算出方法", "reported_issue": "困っていること", "improvement_idea": "見直し案", "improvement_owner": "改善責任者",
    "improvement_due": "実施時期", "system_id": "No.", "system": "情報システム名", "system_class": "システム区分", "owner_department": "主管課",
    "user_departments": "利用部署", "users": "ID数", "vendor": "委託先事業者", "package": "製品名", "architecture": "システム形態",
    "in_service_from": "稼働開始", "contract_from": "契約期間（自）", "contract_to": "契約期間（至）", "contract_method": "契約の方法",
    "initial_cost": "導入費（千円）", "annual_cost": "年間運用経費（千円）", "network_zone": "接続ネットワーク", "linked_systems": "連携先システム",
    "link_method": "連携方法", "standardized_business": "標準化20業務", "standardization_status": "標準化の移行状況",
    "old_annual_cost": "移行前の運用経費（千円）", "purpose": "システムの概要",
}  # fmt: skip

# The same for the lists that the head office keeps: written header → the hold-out city's.
OTHER_LISTS = {
    "部局名": "部・局", "所属コード": "課コード", "課名": "課・室名", "計（人）": "現員（人）", "正規（人）": "正規職員（人）",
    "会計年度任用（人）": "会計年度任用職員（人）", "月平均時間外（時間）": "時間外勤務（時間/月・人）", "改編日": "適用開始日", "旧課名": "前身の所属",
    "番号": "No", "設問": "項目", "備考": "補足", "回答ID": "回答番号", "回答日時": "タイムスタンプ", "部局": "部名", "所属": "所属名", "職位": "役職",
    "年代": "年齢", "任用形態": "任用形態の別", "在課年数": "在籍年数（年）", "過去1年に受けたDX・ICT研修": "過去1年の研修受講",
    "生成AIの業務利用頻度": "AI利用頻度（生成AI）", "DX上の役割": "DXの役割", "現在の業務で最も困っていること（自由記述）": "困っていること（自由記述）",
    "業務番号": "整理番号", "業務名": "業務名称", "手順番号": "順番", "担当者": "実施者", "作業内容": "工程（作業内容）", "使用システム": "使うシステム",
    "作業時間（分）": "所要時間（分）", "待ち時間（時間）": "滞留時間（時間）", "手戻り率（％）": "差戻し率（%）", "分岐条件": "条件", "次の手順": "次工程",
    "分岐割合（％）": "割合（%）",
}  # fmt: skip
PLAIN = Layout("", "", marks="kanji", dates="western", sloppy=0.0, spare=())
