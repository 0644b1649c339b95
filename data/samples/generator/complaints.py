"""What do people complain about? Sentences of staff, chosen by what is really wrong with the work."""

from __future__ import annotations

import random

ABOUT = {
    # {system} a system it uses, {cases} cases a year, {peak} its busy months, {short} its name without brackets
    "paper": (
        "申請書が紙のままで、受付後に担当がもう一度{system}へ打ち込んでいる。",
        "添付書類の原本を求めているため書庫がいっぱいで、探すだけで半日かかることがある。",
        "押印の回覧に三日かかり、急ぎのときは持ち回りになる。",
        "FAXで届く様式が読めず、電話で聞き直している。",
        "様式が要綱に書かれているので、簡単には変えられない。",
        "{short}の書類だけで年に簿冊が何冊も増え、置き場がない。",
        "郵送と窓口の両方で紙が届き、年{cases}件を手で台帳に付けている。",
        "添付の写しを取るだけで相当な時間がかかっている。",
        "決裁は電子だが、結局は紙に打ち出して綴じている。",
        "記入漏れが多く、書き直しのために来庁してもらうことがある。",
    ),
    "alone": (
        "担当が一人しかおらず、休むと止まる。",
        "前任者のやり方のまま続けており、なぜこの手順なのか誰も説明できない。",
        "異動のたびに一から覚え直しになっている。",
        "{short}が分かるのは一人だけで、急な休みのときに困った。",
        "専門的な判断が一人に寄っており、相談相手がいない。",
        "担当者の手元のファイルでしか経過が分からない。",
    ),
    "manual": (
        "手順書がなく、前年のファイルを見ながら思い出している。",
        "引継書が口頭中心で、年に一度の作業は毎回手探りになる。",
        "制度が変わった部分の手順が更新されておらず、付箋で補っている。",
        "会計年度任用職員に教える資料がなく、そのつど横に付いている。",
    ),
    "excel": (
        "台帳がExcelで、年度ごとに様式が違い集計に時間がかかる。",
        "誰かが開いていると編集できず、コピーがいくつもできている。",
        "マクロを作った職員が異動し、壊れても直せない。",
        "Excelの行がずれて、対象者を一人漏らしかけたことがある。",
        "{short}の名簿が係ごとに別々にあり、どれが最新か分からない。",
        "様式を配って集めた表を、手で一つに貼り合わせている。",
        "関数が複雑で、式が消えていても気付かない。",
    ),
    "peak": (
        "年度替わりに集中し、毎年応援をもらってもぎりぎり。",
        "繁忙期は時間外でしか入力できない。",
        "締切前の一週間に半分以上が届く。",
        "{peak}はほかの仕事が止まる。",
        "{peak}に会計年度任用職員を増やしたいが、募集しても来ない。",
        "窓口が込み合う日は、待ち時間への苦情が多い。",
    ),
    "online": (
        "電子申請を用意したが、結局印刷して処理している。",
        "オンラインで出せることが知られておらず、窓口に来られる。",
        "電子申請の後で本人確認のために電話しており、手間が増えた。",
        "申請フォームの項目が紙の様式のままで、途中でやめる人が多い。",
        "オンラインの受付分と窓口の分で台帳が二つになっている。",
    ),
    "double": (
        "同じ内容を台帳と{system}に二度入力している。",
        "他課からもらうデータの並びが毎回違い、貼り直している。",
        "基幹系の画面を見ながらインターネット側の端末に手で打ち直している。",
        "{system}から出したCSVをUSBで移し、別の様式に直している。",
        "打ち間違いを防ぐため二人で読み合わせをしており、{cases}件では負担が大きい。",
    ),
    "field": (
        "{short}は天候に左右され、予定どおりに回れない。",
        "点検の記録が紙の野帳で、戻ってから打ち直している。",
        "古い図面が紙しかなく、現場で位置を確かめるのに時間がかかる。",
        "業者の見積りを待つ間に次の要望が来てしまう。",
        "写真の整理に時間がかかる。現場から戻ってから名前を付け直している。",
        "現場と事務所の往復で一日が終わることがある。",
        "要望の件数が増え、現地確認が追い付いていない。",
        "委託料が上がり、これまでの回数を保てなくなっている。",
        "委託業者とのやり取りがメールと紙に分かれていて経過が追えない。",
    ),
    "counter": (
        "{short}は家族の同意や委任の確認に手間取ることが多い。",
        "必要書類を案内しても、当日そろわず出直しになる方が多い。",
        "手話や筆談が必要なときに対応できる職員が限られる。",
        "外国人の相談が増え、説明に時間がかかるようになった。",
        "高齢の方への説明に時間がかかり、後ろの方を待たせてしまう。",
        "同じ質問が何度も来るが、回答が担当ごとに違う。",
        "専門職が足りず、記録が後回しになりがち。",
    ),
    "other": (
        "問い合わせの電話が多く、集中して作業できない。",
        "制度改正が続き、様式とチラシの作り直しに追われている。",
        "国や県への報告様式が毎年変わる。",
        "会議の日程調整だけで何往復もしている。",
        "照会の回答期限が短く、内容を確かめる時間がない。",
        "{short}は関係課が多く、話をまとめるまでに時間がかかる。",
        "どこまでを市で行うのか、線引きがはっきりしない。",
        "実績の数字を複数の様式に書き分けて報告している。",
        "過去の経緯を調べるのに古い簿冊を探すことが多い。",
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
    "field": ("タブレットで現場入力", "写真を台帳に直接登録", "点検の頻度を見直す"),
    "counter": ("やさしい日本語の案内を作る", "FAQを共有する", "予約制にする"),
    "other": ("FAQの整備", "チャットで日程調整", "照会の様式を統一してもらう", "様式の数を減らす"),
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
    if row["_work"].kind == "M":
        found.append("field")
    if row["_work"].kind in "PCG":
        found.append("counter")
    if row["data_transfer"] in ("manual", "csv_manual", "paper"):
        found += ["double"] * 2
    return dice.choice(found)


def business(row: dict, dice: random.Random, used: set[str]) -> str:
    """What the department says is wrong with this work; ``used`` keeps it from repeating itself."""
    for _ in range(14):
        subject = _subject(row, dice)
        template = dice.choice(ABOUT[subject])
        fits = not ("{cases}" in template and not row["annual_cases"]) and not (
            "{peak}" in template and not row["peak_period"]
        )
        if template not in used and fits and not ("{system}" in template and not row["systems_used"]):
            break
    else:
        subject, template = "other", ABOUT["other"][0]
    used.add(template)
    row["_subject"] = subject
    more = dice.choice(ABOUT["other"]) if dice.random() < 0.3 else ""
    if more and more not in used and "{" not in more:
        used.add(more)
        template = template + more if dice.random() < 0.6 else more + "また、" + template
    if dice.random() < 0.15:
        template = template.rstrip("。")
    return template.format(
        system=row["systems_used"][0] if row["systems_used"] else "システム",
        cases=f"{int(row['annual_cases'] or 0):,}",
        peak=row["peak_period"] or "年度末",
        short=row["business"].split("（")[0],
    )


def idea(row: dict, dice: random.Random) -> str:
    """What it would do about it."""
    return dice.choice(IDEAS[row["_subject"]])


SURVEY = {
    # {office} the section, {system} one of its systems
    "skill": (
        "エクセルの関数が苦手で、いつも同じ人に聞いてしまう。",
        "研修を受けたいが、窓口があって席を外せない。",
        "新しいシステムが入るたびに操作を覚えるのが大変です。",
        "用語が難しくて、何を聞けばいいのかわからない。",
        "{system}の操作で分からないことがあっても、聞ける人が一人しかいない。",
        "生成AIは何に使えるのか、具体例を見てみたい。",
        "研修の内容が自分の仕事と結び付かなかった。",
        "ピボットテーブルを使えるようになりたいが時間が取れない。",
        "{system}の画面が変わってから、前より時間がかかっています。",
        "パソコンの設定は詳しい若手に頼りきりになっている",
        "年に一度しか使わない機能は、毎回忘れてしまいます。",
    ),
    "tools": (
        "端末が遅く、朝は立ち上がるまで10分近くかかる。",
        "LGWANとインターネットの端末を行ったり来たりするのが一番の無駄。",
        "無害化に時間がかかり、住民からのメールの添付がすぐ見られない。",
        "共有フォルダが課ごとに違うルールで、ファイルが見つからない。",
        "Web会議の場所と機材が足りない。",
        "{system}とExcelの両方に同じことを入力している。",
        "{system}から必要な集計が出せず、毎回手で数えている。",
        "プリンターが遠く、詰まると半日止まる。",
        "モニターが一枚なので、見比べながらの入力がつらいです",
        "{system}は一台の端末でしか使えず、順番待ちになる。",
        "内線と外線の取次ぎが多い。電話を減らす仕組みがほしい。",
        "現場で写真を撮って、戻ってから台帳に貼る作業を何とかしたい。",
        "ファイル名の付け方が人によって違い、最新版が分からない。",
    ),
    "work": (
        "人が足りない。DXより先に業務をやめる判断をしてほしい。",
        "照会ものが多すぎる。同じ数字を何度も違う課に出している。",
        "紙の決裁が残っていて、出張中は止まる。",
        "電話対応で一日が終わる日がある。",
        "一人担当なので休みにくい。",
        "議会前は本来の仕事が進まない。",
        "{office}は異動が多く、毎年教えることから始まる。",
        "前年どおりでよいのか、見直してよいのかを決める人がいない。",
        "窓口が混むと、締切のある仕事が全部夜に回る。",
        "委託に出したのに、確認の手間が減っていない。",
        "クレーム対応が続くと気持ちの切替えが難しいです。",
        "会計年度任用職員の方に頼る部分が大きく、更新の時期が不安。",
        "様式が古く、市民の方に何度も同じことを書いてもらっている。",
        "補助金の実績報告の時期は毎年終電まで残っています。",
        "{office}の仕事が他の課から見えておらず、問い合わせが全部来る。",
        "印刷して綴じる作業が一番無駄だと感じる",
    ),
    "hope": (
        "生成AIで議事録を作ったら半分の時間で済んだ。もっと広めたい。",
        "他課の良い事例を知る場がほしい。",
        "ノーコードで申請フォームを作ってみたい。",
        "改善を提案しても担当がどこか分からない。窓口を一つにしてほしい。",
        "RPAを一度作ってもらい助かった。自分でも直せるようになりたい。",
        "チャットを全課で使えるようにしてほしい。",
        "{office}の申請は、ほとんど電子化できると思う。",
        "テレワークを窓口職場でも月に一度は使えるようにしてほしい。",
        "小さく試せる予算があるとよい。",
        "データを地図に載せて見られるようになると説明がしやすい。",
    ),
    "none": ("特になし", "特にありません。", "なし"),
}


def survey(ability: float, attitude: float, office: str, systems: list[str], dice: random.Random) -> str:
    """One free-text answer: who is less sure speaks of skills, who is keen of hopes."""
    weights = {"skill": 2.2 - ability, "tools": 2.0, "work": 2.4, "hope": max(0.1, 0.6 + attitude), "none": 1.1}
    subject = dice.choices(list(weights), [max(0.05, w) for w in weights.values()])[0]
    text = dice.choice(SURVEY[subject]).format(office=office, system=dice.choice(systems or ["財務会計システム"]))
    if subject != "none" and dice.random() < 0.35:
        second = dice.choice(SURVEY[dice.choice(("skill", "tools", "work", "hope"))])
        if "{" not in second and second not in text:
            text = text + dice.choice(("", "あと、", "それと、", "　")) + second
    if subject != "none" and dice.random() < 0.12:
        text = text.rstrip("。")
    return text
