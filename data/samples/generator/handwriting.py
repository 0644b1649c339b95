"""How does a hurried person write a true value into a cell? Every spelling here means exactly its value."""
# ruff: noqa: E501  (prose and tables read better unbroken; wide characters count twice)

from __future__ import annotations

import random

FULL = str.maketrans("0123456789", "０１２３４５６７８９")
WORDS = {
    "core": {"core": "コア", "noncore": "ノンコア"},
    "routine": {"routine": "定型", "nonroutine": "非定型"},
    "medium": {"digital": "電子のみ", "both": "併存", "paper": "紙のみ"},
    "data_transfer": {"api": "API", "file": "ファイル連携", "csv_manual": "CSV手動", "manual": "手入力", "paper": "紙", "media": "媒体", "none": "なし"},
    "link_method": {"api": "API", "file": "ファイル連携", "csv_manual": "CSV手動", "manual": "手入力", "media": "媒体", "none": "なし"},
    "personal_information": {"specific": "特定個人情報", "sensitive": "要配慮個人情報", "personal": "有", "none": "無"},
    "approval": {"electronic": "電子決裁", "paper": "紙決裁"},
    "writing_mandated": {"ordinance": "例規", "law": "法令", "none": "なし"},
    "measurement_method": {"measured": "実測", "reported": "実績記入", "estimated": "推定積み上げ", "ratio": "比率算出"},
    "system_class": {"core": "基幹業務システム", "individual": "個別業務システム", "internal": "内部管理システム", "network": "庁内ネットワークシステム"},
    "architecture": {"web": "Web", "client_server": "C/S", "saas": "SaaS", "cloud": "クラウド", "standalone": "スタンドアロン", "on_premises": "オンプレミス"},
    "contract_method": {"open_bid": "一般競争入札", "designated_bid": "指名競争入札", "proposal": "プロポーザル", "negotiated": "随意契約"},
    "network_zone": {"mynumber": "マイナンバー利用事務系", "lgwan": "LGWAN接続系", "internet": "インターネット接続系"},
    "standardization_status": {"done": "移行済", "in_progress": "移行中", "specified_support": "特定移行支援", "not_started": "未着手"},
    "employment_type": {"regular": "正規", "reappointed": "再任用", "fixed_term": "会計年度任用"},
    "dx_role": {"specialist": "高度専門人材", "leader": "DX推進リーダー", "manager": "管理職", "general": "一般行政職員", "none": "なし"},
    "training": {"none": "なし", "once": "1回", "twice_or_more": "2回以上", "certificate": "修了証あり"},
    "ai_use": {"never": "使わない", "less_than_monthly": "月1回未満", "monthly": "月数回", "weekly": "週1回以上", "daily": "毎日"},
}  # fmt: skip
# Other words for the same, as some bureaus use them.
OTHER_WORDS = {
    "medium": {"digital": "電子", "both": "紙・電子", "paper": "紙"},
    "approval": {"electronic": "電子", "paper": "紙"},
    "network_zone": {"mynumber": "個人番号利用事務系", "lgwan": "LGWAN系", "internet": "インターネット系"},
    "contract_method": {
        "open_bid": "一般競争",
        "designated_bid": "指名競争",
        "proposal": "プロポ",
        "negotiated": "随契",
    },
    "personal_information": {"specific": "特定個人情報", "sensitive": "要配慮", "personal": "あり", "none": "なし"},
    "system_class": {
        "core": "基幹業務",
        "individual": "個別業務",
        "internal": "内部管理",
        "network": "庁内ネットワーク",
    },
}
MARKS = {
    "circle": {"true": "○", "partial": "△", "false": "×"},
    "kanji": {"true": "有", "partial": "一部", "false": "無"},
    "kana": {"true": "あり", "partial": "一部あり", "false": "なし"},
}


def number(value: float, dice: random.Random, sloppy: float = 0.0) -> object:
    """A number as a number, or (``sloppy`` of the times) as text that means the same."""
    plain = int(value) if float(value).is_integer() else round(value, 4)
    if dice.random() >= sloppy:
        return plain
    text = f"{plain:,}" if isinstance(plain, int) else f"{plain:g}"
    way = dice.random()
    if way < 0.34:
        return text.translate(FULL).replace(",", "，").replace(".", "．")
    if way < 0.55 and isinstance(plain, int) and plain >= 100:
        return f"約{text}"
    if way < 0.7:
        return f"{text}程度" if isinstance(plain, int) and plain >= 20 else text
    return text


def date(value: str, dice: random.Random, style: str) -> str:
    """An ISO date of its own precision in the bureau's era spelling (``western``, ``short``, ``long``, ``mixed``)."""
    if style == "mixed":
        style = dice.choices(("short", "long", "western", "dotted"), (4, 3, 2, 2))[0]
    if value.startswith("FY"):
        year = int(value[2:])
        return {"western": f"{year}年度", "short": f"R{year - 2018}年度", "dotted": f"令和{year - 2018}年度"}.get(
            style, f"令和{year - 2018}年度"
        )
    parts = [int(x) for x in value.split("-")]
    if style == "western":
        return (
            "/".join(str(p) if i == 0 else f"{p}" for i, p in enumerate(parts)) if len(parts) > 1 else f"{parts[0]}年"
        )
    after = (parts[0], parts[1] if len(parts) > 1 else 6) >= (2019, 5)
    year = parts[0] - 2018 if after else parts[0] - 1988
    if style == "long":
        name = "元" if after and year == 1 else str(year)
        text = (
            f"{'令和' if after else '平成'}{name}年"
            + (f"{parts[1]}月" if len(parts) > 1 else "")
            + (f"{parts[2]}日" if len(parts) > 2 else "")
        )
        return text.translate(FULL) if dice.random() < 0.12 else text
    era = "R" if after else "H"
    if style == "dotted":
        era = {"R": "令", "H": "平"}[era]
    return era + ".".join(str(p) for p in (year, *parts[1:]))


def yes_no(value: str, marks: str, dice: random.Random) -> str:
    """○ × △, 有 無, あり なし … in the bureau's way; some circles are other circles."""
    mark = MARKS[marks][value]
    if mark == "○" and dice.random() < 0.12:
        return dice.choice("〇◯")
    return mark


def words(column: str, code: str, other: bool) -> str:
    """The word of a category's code."""
    table = OTHER_WORDS.get(column) if other else None
    return (table or WORDS[column])[code]


def several(values: tuple[str, ...], joint: str, nothing: str) -> str:
    """Several values in one cell; ``nothing`` where none was said."""
    return joint.join(values) if values else nothing
