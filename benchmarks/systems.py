"""How fast and how right the search for one product is, beside rapidfuzz on all pairs, recordlinkage and splink.

    python benchmarks/systems.py                      # 600 and 10,000 rows
    python benchmarks/systems.py --rows 350000        # the pool of 1,741 municipalities, ours alone

The rivals are no dependencies of the project. Those not installed are skipped with a word:
``pip install recordlinkage splink`` into an environment of its own.

Inventories are invented: products of made-up names in several spellings, versions, editions, with vendors written in
several ways or missing, and rows with nothing but the name of the function. All methods get the same rows; each is
judged by F1 over all pairs of rows that are one product (computed from contingency tables, so at any size).

The rivals get what their documentations advise and what their users do before: columns normalised (NFKC, lower case,
versions, editions, brackets, the word for system and the legal forms of companies taken off), several blocking rules
(company and whole name; for recordlinkage also first and last letters and sorted neighbourhood, and once all pairs,
which takes minutes and some gigabytes at 10,000 rows), several levels of
likeness, term frequencies (splink), and the best of several thresholds, chosen with the truth at hand. Ours gets the
raw rows and has one threshold, fixed. The time of normalising counts for all.

Rivals that need other versions of pandas run under their own interpreter: ``--rivals PATH_TO_PYTHON``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable

import pandas as pd

SOUNDS = (
    "kaカ kiキ kuク koコ saサ shiシ suス soソ taタ toト naナ niニ noノ haハ hiヒ fuフ hoホ maマ miミ muム moモ yaヤ "
    "yuユ yoヨ raラ riリ ruル roロ waワ gaガ giギ goゴ zaザ joジョ daダ doド baバ biビ boボ"
)
KANA = {re.match("[a-z]+", sound).group(): re.search("[^a-z]+", sound).group() for sound in SOUNDS.split()}
SYLLABLES = list(KANA)
FUNCTIONS = [
    "住民記録",
    "個人住民税",
    "固定資産税",
    "軽自動車税",
    "国民健康保険",
    "介護保険",
    "児童手当",
    "生活保護",
    "障害者福祉",
    "健康管理",
    "施設予約",
    "電子申請",
    "アンケート",
    "チャットボット",
    "図書館",
    "文書管理",
    "財務会計",
    "人事管理",
    "給与計算",
    "勤怠管理",
    "公用車予約",
    "会議室予約",
    "電子入札",
    "電子契約",
    "道路台帳",
    "統合型GIS",
    "水道料金",
    "下水道台帳",
    "空き家台帳",
    "公営住宅",
    "防災情報",
    "安否確認",
    "消防指令",
    "議会会議録",
    "議事録作成",
    "AI-OCR",
    "RPA",
    "グループウェア",
    "ビジネスチャット",
    "Web会議",
]


def inventory(rows: int, seed: int = 7) -> pd.DataFrame:
    """``rows`` invented systems: system_id, system, vendor, owner_department, product (the truth)."""
    chance = random.Random(seed)
    products = []
    for number in range(max(40, min(1600, rows // 6))):
        sounds = [chance.choice(SYLLABLES) for _ in range(chance.randint(3, 5))]
        company = "".join(KANA[chance.choice(SYLLABLES)] for _ in range(3))
        products.append(
            (number, "".join(KANA[s] for s in sounds), "".join(sounds).title(), FUNCTIONS[number % 40], company)
        )
    found = []
    for row in range(rows):
        number, kana, latin, function, company = chance.choice(products)
        brand = chance.choice([kana, kana, latin, latin.upper()])
        name = chance.choice(
            [brand, f"{brand}{function}", f"{function}システム「{brand}」", f"{brand} {function}システム"]
        )
        name += chance.choice(["", "", " Ver.2", " V3.1", "（LGWAN版）", " クラウド版", " 第2版"])
        vendor = chance.choice(
            [f"株式会社{company}ソフト", f"{company}ソフト(株)", f"㈱{company}ソフト", f"{company}ソフト", ""]
        )
        found.append((f"R{row}", name, vendor, f"課{row % 90}", number))
    return pd.DataFrame(found, columns=["system_id", "system", "vendor", "owner_department", "product"])


def score(truth: Iterable, groups: Iterable) -> float:
    """F1 over pairs of rows, from the contingency table of truth and groups."""
    truth, groups = list(truth), list(groups)
    pairs = {k: sum(n * (n - 1) // 2 for n in Counter(v).values()) for k, v in (("t", truth), ("g", groups))}
    both = sum(n * (n - 1) // 2 for n in Counter(zip(truth, groups, strict=True)).values())
    return 2 * both / max(pairs["t"] + pairs["g"], 1)


def joined(rows: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Connected components of pairs, as a group number per row."""
    parent = list(range(rows))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in edges:
        parent[root(int(a))] = root(int(b))
    return [root(i) for i in range(rows)]


def ours(frame: pd.DataFrame) -> list[list]:
    import dxaudit as dx

    systems = dx.map_systems(dx.from_tables(systems=frame.drop(columns="product")))
    systems.groups()
    return [systems.systems["product"].tolist()]


def normalised(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows as a careful user of the rivals prepares them: name, vendor (missing where empty), unique_id."""
    off = re.compile(
        r"(?:ver\.?|v|第)[0-9]+(?:\.[0-9]+)*版?|\(?lgwan版\)?|クラウド版|システム|[「」()\[\] ]"
        r"|株式会社|有限会社|\(株\)"
    )
    texts = {
        c: frame[c].map(lambda t: off.sub("", unicodedata.normalize("NFKC", t).lower())) for c in ("system", "vendor")
    }
    return pd.DataFrame(
        {
            "unique_id": frame["system_id"],
            "name": texts["system"],
            "vendor": texts["vendor"].where(texts["vendor"] != ""),
        }
    )


def all_pairs(frame: pd.DataFrame) -> list[list]:
    import numpy as np
    from rapidfuzz import fuzz, process

    rows = normalised(frame)
    names, vendor = rows["name"].tolist(), pd.factorize(rows["vendor"])[0]
    edges: list[tuple[int, int, int]] = []
    for start in range(0, len(names), 500):
        part = slice(start, start + 500)
        near = process.cdist(names[part], names, scorer=fuzz.ratio, dtype=np.uint8).astype(np.int16)
        near += 100 * ((vendor[part, None] == vendor[None, :]) & (vendor[part, None] >= 0))
        a, b = (near >= 80).nonzero()
        value = near[a, b].tolist()
        edges += [(i + start, j, v) for i, j, v in zip(a.tolist(), b.tolist(), value, strict=True) if i + start < j]
    return [joined(len(names), [(a, b) for a, b, v in edges if v >= bound]) for bound in (80, 85, 90, 95, 100)]


def recordlinkage(frame: pd.DataFrame) -> list[list]:
    """Candidates from several blocks."""
    import recordlinkage as rl

    rows = normalised(frame)
    rows = rows.assign(begin=rows["name"].str[:4], end=rows["name"].str[-4:])
    indexer = rl.Index()
    indexer.sortedneighbourhood("name", window=9)
    for column in ("vendor", "name", "begin", "end"):
        indexer.block(column)
    return linked(rows, indexer)


def recordlinkage_all(frame: pd.DataFrame) -> list[list]:
    """Every pair a candidate, as its documentation begins."""
    import recordlinkage as rl

    indexer = rl.Index()
    indexer.full()
    return linked(normalised(frame), indexer)


def linked(rows: pd.DataFrame, indexer) -> list[list]:
    import recordlinkage as rl

    compare = rl.Compare()
    compare.string("name", "name", method="jarowinkler", label="name")
    compare.exact("vendor", "vendor", label="vendor")
    features = compare.compute(indexer.index(rows), rows)
    # One company is as good as one name: here a company has few products.
    value = features["name"] + features["vendor"]
    return [joined(len(rows), features.index[value >= bound].tolist()) for bound in (0.9, 0.95, 0.98, 1.0, 1.2, 1.5)]


def splink(frame: pd.DataFrame) -> list[list]:
    import logging

    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    rows = normalised(frame)
    same = block_on("vendor"), block_on("name")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaccardAtThresholds("name", [0.9, 0.7]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("vendor").configure(term_frequency_adjustments=True),
        ],
        # With blocks of first and last letters beside these, its F1 was a third here.
        blocking_rules_to_generate_predictions=list(same),
    )
    linker = Linker(DuckDBAPI().register(rows), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("name", "vendor")], recall=0.3)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    for rule in same:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.0001).as_pandas_dataframe()
    number = {name: n for n, name in enumerate(rows["unique_id"])}
    a, b = pairs["unique_id_l"].map(number), pairs["unique_id_r"].map(number)
    probability = pairs["match_probability"]
    bounds = (0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99)
    return [joined(len(rows), zip(a[probability >= p], b[probability >= p], strict=True)) for p in bounds]


METHODS: dict[str, Callable[[pd.DataFrame], list[list]]] = {
    "ours": ours,
    "rapidfuzz": all_pairs,
    "recordlinkage": recordlinkage,
    "recordlinkage-all": recordlinkage_all,
    "splink": splink,
}


def measured(method: str, rows: int) -> dict[str, float | str]:
    """Seconds and seconds of CPU (best of up to three, after a first small run), peak memory in MB, F1."""
    try:
        METHODS[method](inventory(120, seed=3))
    except ImportError as error:
        return {"skipped": str(error)}
    frame = inventory(rows)
    seconds, cpu = [], []
    for _ in range(3 if rows <= 1000 else 1):
        begin, busy = time.perf_counter(), time.process_time()
        results = METHODS[method](frame)
        seconds.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - busy)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": min(seconds),
        "cpu": min(cpu),
        "mb": peak,
        "f1": max(score(frame["product"], groups) for groups in results),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[600, 10_000])
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=list(METHODS))
    parser.add_argument("--rivals", default=sys.executable, metavar="PYTHON", help="interpreter of the rivals")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "ROWS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(options.one[0], int(options.one[1]))))
        return
    for rows in options.rows:
        base = None
        methods = options.methods if rows <= 20_000 else ["ours"]
        print(f"{rows:,} rows")
        for method in methods:
            # Each in a process of its own, so that peaks of memory do not mix.
            python = sys.executable if method == "ours" else options.rivals
            run = subprocess.run([python, __file__, "--one", method, str(rows)], capture_output=True, text=True)
            if run.returncode:
                print(f"  {method:17} failed: {run.stderr.strip().splitlines()[-1]}")
                continue
            result = json.loads(run.stdout.strip().splitlines()[-1])
            if "skipped" in result:
                print(f"  {method:17} skipped: {result['skipped']}")
                continue
            base = base or result["seconds"]
            times = f"{result['seconds']:8.2f} s {result['cpu']:8.2f} s CPU"
            beside = f"{result['seconds'] / base:7.1f} x ours"
            print(f"  {method:17} {times} {result['mb']:7.0f} MB  F1 {result['f1']:.3f} {beside}")


if __name__ == "__main__":
    main()
