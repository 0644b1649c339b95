"""What do people complain about? Sentences of staff, chosen by what is really wrong with the work."""

from __future__ import annotations

import random

ABOUT = {
    "paper": (
        "申請書が紙のままで、受付後に担当がもう一度システムへ打ち込んでいる。",
        "添付書類の原本を求めているため書庫がいっぱいで、探すだけで半日かかることがある。",
        "押印の回覧に三日かかり、急ぎのときは持ち回りになる。",
        "FAXで届く様式が読めず、電話で聞き直している。",
        "様式が要綱に書かれているので、簡単には変えられない。",
    ),
    "alone": (
        "担当が一人しかおらず、休むと止まる。",
        "前任者のやり方のまま続けており、なぜこの手順なのか誰も説明できない。",
        "異動のたびに一から覚え直しになっている。",
    ),
    "manual": (
        "手順書がなく、前年のファイルを見ながら思い出している。",
        "引継書が口頭中心で、年に一度の作業は毎回手探りになる。",
    ),
    "excel": (
        "台帳がExcelで、年度ごとに様式が違い集計に時間がかかる。",
        "誰かが開いていると編集できず、コピーがいくつもできている。",
        "マクロを作った職員が異動し、壊れても直せない。",
        "Excelの行がずれて、対象者を一人漏らしかけたことがある。",
    ),
    "peak": (
        "年度替わりに集中し、毎年応援をもらってもぎりぎり。",
        "繁忙期は時間外でしか入力できない。",
        "締切前の一週間に半分以上が届く。",
    ),
    "online": (
        "電子申請を用意したが、結局印刷して処理している。",
        "オンラインで出せることが知られておらず、窓口に来られる。",
        "電子申請の後で本人確認のために電話しており、手間が増えた。",
    ),
    "double": (
        "同じ内容を台帳とシステムに二度入力している。",
        "他課からもらうデータの並びが毎回違い、貼り直している。",
        "基幹系の画面を見ながらインターネット側の端末に手で打ち直している。",
    ),
    "other": (
        "問い合わせの電話が多く、集中して作業できない。",
        "制度改正が続き、様式とチラシの作り直しに追われている。",
        "国や県への報告様式が毎年変わる。",
        "委託業者とのやり取りがメールと紙に分かれていて経過が追えない。",
        "写真の整理に時間がかかる。現場から戻ってから名前を付け直している。",
        "会議の日程調整だけで何往復もしている。",
        "照会の回答期限が短く、内容を確かめる時間がない。",
        "専門職が足りず、記録が後回しになりがち。",
    ),
}  # fmt: skip

IDEAS = {
    "paper": ("申請書の電子化と添付省略", "押印の廃止（要綱改正）", "スキャンして電子決裁へ"),
    "alone": ("副担当を置く", "手順を動画で残す"),
    "manual": ("手順書の作成", "業務フロー図を書く"),
    "excel": ("台帳をノーコードツールへ移す", "様式を一つにそろえる"),
    "peak": ("受付期間を分ける", "予約制にする", "委託を検討"),
    "online": ("申請フォームの見直しと周知", "受付データの自動取込"),
    "double": ("CSV取込に切り替える", "RPAの対象に出す", "連携の改修を次期更新で要求"),
    "other": ("FAQの整備", "チャットで日程調整", "照会の様式を統一してもらう", "タブレットで現場入力"),
}


def _subject(row: dict, dice: random.Random) -> str:
    found = ["other"]
    if row["medium"] != "digital":
        found += ["paper"] * 2
    if row["assigned_staff"] == 1:
        found += ["alone"] * 2
    if row["manual"] == "false":
        found.append("manual")
    if row["office_tools"]:
        found.append("excel")
    if row["peak_period"] not in (None, "通年"):
        found.append("peak")
    if row["online_available"] == "true":
        found.append("online")
    if row["data_transfer"] in ("manual", "csv_manual", "paper"):
        found += ["double"] * 2
    return dice.choice(found)


def business(row: dict, dice: random.Random, used: set[str]) -> str:
    """What the department says is wrong with this work; ``used`` keeps it from repeating itself."""
    for _ in range(12):
        subject = _subject(row, dice)
        sentence = dice.choice(ABOUT[subject])
        if sentence not in used:
            break
    used.add(sentence)
    row["_subject"] = subject
    return sentence


def idea(row: dict, dice: random.Random) -> str:
    """What it would do about it."""
    return dice.choice(IDEAS[row["_subject"]])


SURVEY = {
    "skill": (
        "エクセルの関数が苦手で、いつも同じ人に聞いてしまう。",
        "研修を受けたいが、窓口があって席を外せない。",
        "新しいシステムが入るたびに操作を覚えるのが大変です。",
        "用語が難しくて、何を聞けばいいのかわからない。",
    ),
    "tools": (
        "端末が遅く、朝は立ち上がるまで10分近くかかる。",
        "LGWANとインターネットの端末を行ったり来たりするのが一番の無駄。",
        "無害化に時間がかかり、住民からのメールの添付がすぐ見られない。",
        "共有フォルダが課ごとに違うルールで、ファイルが見つからない。",
        "Web会議の場所と機材が足りない。",
    ),
    "work": (
        "人が足りない。DXより先に業務をやめる判断をしてほしい。",
        "照会ものが多すぎる。同じ数字を何度も違う課に出している。",
        "紙の決裁が残っていて、出張中は止まる。",
        "電話対応で一日が終わる日がある。",
        "一人担当なので休みにくい。",
        "議会前は本来の仕事が進まない。",
    ),
    "hope": (
        "生成AIで議事録を作ったら半分の時間で済んだ。もっと広めたい。",
        "他課の良い事例を知る場がほしい。",
        "ノーコードで申請フォームを作ってみたい。",
        "改善を提案しても担当がどこか分からない。窓口を一つにしてほしい。",
    ),
    "none": ("特になし", "特にありません。", "なし"),
}


def survey(ability: float, attitude: float, dice: random.Random) -> str:
    """One free-text answer: who is less sure speaks of skills, who is keen of hopes."""
    weights = {"skill": 2.2 - ability, "tools": 2.0, "work": 2.4, "hope": max(0.1, 0.6 + attitude), "none": 1.1}
    subject = dice.choices(list(weights), [max(0.05, w) for w in weights.values()])[0]
    return dice.choice(SURVEY[subject])
