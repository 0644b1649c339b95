"""Pairs and groups of a `SystemMap` as tables: what the command writes and the working session looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from dxaudit.state import FINDING_COLUMNS
from dxaudit.systems import pairs as pairing
from dxaudit.systems.functions import resembling
from dxaudit.systems.overlaps import savings
from dxaudit.systems.products import SIGNALS
from dxaudit.vocabulary import load, text

if TYPE_CHECKING:
    from dxaudit.systems.systemmap import SystemMap

PAIR_COLUMNS = ("system_a", "system_b", "kind", "confidence", "evidence")
GROUP_COLUMNS = ("group", "kind", "system_id", "confidence")
QUEUE_COLUMNS = (
    "system_a", "name_a", "department_a", "system_b", "name_b", "department_b",
    "kind", "confidence", "band", "saving_middle", "evidence",
)  # fmt: skip
SOURCE_COLUMNS = ("system_id", "same_as", "name", "department", "place", "same_place", "confirmed")
PRODUCT_SIGNALS = (*SIGNALS, "chain", "review")
CONFIRMED = 0.99
_RESEMBLING = 5


def band(confidence: float) -> str:
    """``candidate``, ``review`` or ``hidden``."""
    bands = load("overlaps")["bands"]
    return "candidate" if confidence >= bands["candidate"] else "review" if confidence >= bands["review"] else "hidden"


def pair_list(found: SystemMap) -> pd.DataFrame:
    """`SystemMap.pairs`."""
    both = _weighed(found)
    ids = found.inventory.ids
    return pd.DataFrame(
        {
            "system_a": ids[both["a"].to_numpy()],
            "system_b": ids[both["b"].to_numpy()],
            "kind": both["kind"],
            "confidence": both["confidence"].round(3),
            "evidence": both["evidence"],
        },
        columns=list(PAIR_COLUMNS),
    )


def _weighed(found: SystemMap) -> pd.DataFrame:
    """a, b, kind, confidence, evidence of all candidate pairs, surest first."""
    bands = load("overlaps")["bands"]
    product = _product_pairs(found)
    function = _function_pairs(found)
    n = max(len(found.core), 1)
    claimed = product.loc[product["confidence"] >= bands["candidate"]]
    # One product that does one job in both places is both: whoever asks for one kind alone must find the pair.
    same = (function["a"] * n + function["b"]).isin(claimed["a"] * n + claimed["b"])
    function = function[~same | (function["confidence"] >= bands["candidate"])]
    product = product[product["confidence"] >= bands["review"]]
    own = _sentences(found.products.own, PRODUCT_SIGNALS, "product")
    compared = _sentences(found.products.pairs, PRODUCT_SIGNALS, "product")
    both = pd.concat(
        [
            product.assign(
                kind="same_product", evidence=[compared[s] if s >= 0 else own[-1 - s] for s in product["source"]]
            ),
            function.assign(
                kind="same_function",
                evidence=_sentences(function, (*pairing.FUNCTION_SIGNALS, "review"), "function"),
            ),
        ],
        ignore_index=True,
    )[["a", "b", "kind", "confidence", "evidence"]]
    both = both.astype({"a": np.int64, "b": np.int64, "confidence": float})
    both = both[found.counted[both["a"]] & found.counted[both["b"]]]
    both["order"] = both["kind"] == "same_function"
    both = both.sort_values(["confidence", "a", "b", "order"], ascending=[False, True, True, True], ignore_index=True)
    return both.drop(columns="order")


def _product_pairs(found: SystemMap) -> pd.DataFrame:
    """Row pairs a < b: confidence, and source: the compared pair of cores, or −1 − core for two rows of one core."""
    core, pairs = found.core, found.products.pairs
    count = np.bincount(core, minlength=len(found.products.product)).astype(np.int64)
    order = np.argsort(core, kind="stable")
    start = np.cumsum(count) - count
    shown = load("overlaps")["bands"]["review"]
    vague = found.products.own["confidence"].to_numpy() < shown
    kept = np.flatnonzero(pairs["confidence"].to_numpy() >= shown)
    one, other = pairs["core_a"].to_numpy()[kept], pairs["core_b"].to_numpy()[kept]
    several = np.flatnonzero((count > 1) & ~vague)
    expected = int((count[several] * (count[several] - 1) // 2).sum() + (count[one] * count[other]).sum())
    if expected > pairing.LARGEST:
        raise pairing.too_many(expected)
    first: list[np.ndarray] = []
    second: list[np.ndarray] = []
    source: list[np.ndarray] = []
    for c in several:
        i, j = np.triu_indices(count[c], 1)
        rows = order[start[c] : start[c] + count[c]]
        first, second, source = [*first, rows[i]], [*second, rows[j]], [*source, np.full(len(i), -1 - c)]
    # All pairs of cores at once: k-th row of one side against k-th of the other.
    sizes = count[one] * count[other]
    number = np.repeat(np.arange(len(one)), sizes)
    within = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    first.append(order[start[one][number] + within // count[other][number]])
    second.append(order[start[other][number] + within % count[other][number]])
    source.append(kept[number])
    a, b, where = np.concatenate(first), np.concatenate(second), np.concatenate(source)
    own, compared = found.products.own["confidence"].to_numpy(), pairs["confidence"].to_numpy()
    confidence = np.zeros(len(where))
    confidence[where < 0] = own[-1 - where[where < 0]]
    confidence[where >= 0] = compared[where[where >= 0]]
    return pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b), "source": where, "confidence": confidence})


def _function_pairs(found: SystemMap) -> pd.DataFrame:
    said, matrix = _texts(found)
    near = resembling(found.inventory.texts, found.taxonomy, _RESEMBLING)[found.inventory.says]
    # As many as can be looked at: a small list shows faint signs too, a large one only what was decided.
    looked_at = [(found.signs + near).tocsr(), found.signs, found.members]
    fitting = (p for p in looked_at if pairing.expected_pairs(p) <= pairing.LARGEST)
    a, b = pairing.function_candidates(next(fitting, found.members), matrix, found.inventory.vendor.rows())
    frame = pairing.function_confidence(a, b, found.members, found.signs, matrix, said, found.taxonomy)
    verdicts = found.reviews.verdicts
    if not verdicts:
        return frame.assign(review=0.0)
    said = {"accept": CONFIRMED, "merge": CONFIRMED, "reject": 0.0}
    decided = pd.Series(
        [said.get(verdicts.get(pair, "")) for pair in zip(frame["a"], frame["b"], strict=True)], index=frame.index
    ).astype(float)
    review = (decided - frame["confidence"]).fillna(0.0)
    return frame.assign(review=review, confidence=decided.fillna(frame["confidence"]))


def _texts(found: SystemMap) -> tuple[dict[str, list[str]], sparse.csr_matrix]:
    """What each row says by field, and all of it as n-grams."""

    def compute() -> tuple[dict[str, list[str]], sparse.csr_matrix]:
        said = found.inventory.said()
        return said, pairing.text_matrix(said)

    return found._once("texts", compute)


def _sentences(frame: pd.DataFrame, signals: tuple[str, ...], kind: str) -> list[str]:
    labels = [text(f"systems.signal.{kind}.{s}") for s in signals]
    rows = frame[list(signals)].to_numpy(dtype=float).round(2).tolist()
    return ["; ".join(f"{name} {value:+.2f}" for name, value in zip(labels, row, strict=True) if value) for row in rows]


def group_list(found: SystemMap) -> pd.DataFrame:
    """`SystemMap.groups`."""
    both = pd.concat([_product_groups(found), _function_groups(found)], ignore_index=True)
    both["confidence"] = both["confidence"].astype(float).round(3)
    return both[list(GROUP_COLUMNS)]


def _product_groups(found: SystemMap) -> pd.DataFrame:
    product = found.systems["product"].to_numpy()
    counted = found.counted
    sizes = np.bincount(product[counted], minlength=product.max(initial=0) + 1)
    rows = np.flatnonzero((sizes[product] > 1) & counted)
    rows = rows[np.argsort(product[rows], kind="stable")]
    numbers, of = np.unique(product[rows], return_inverse=True)
    return pd.DataFrame(
        {
            "group": pd.array([f"P{number}" for number in numbers.tolist()], dtype="str").take(of),
            "kind": "same_product",
            "system_id": found.inventory.ids[rows],
            "confidence": _core_strength(found)[found.core[rows]],
        }
    )


def _core_strength(found: SystemMap) -> np.ndarray:
    """The best confidence with which a core stands in its product."""
    count = np.bincount(found.core[found.counted], minlength=len(found.products.product))
    best = np.where(count > 1, found.products.own["confidence"].to_numpy(), 0.0)
    pairs = found.products.pairs
    inside = pairs[found.products.product[pairs["core_a"]] == found.products.product[pairs["core_b"]]]
    for side in ("core_a", "core_b"):
        np.maximum.at(best, inside[side].to_numpy(), inside["confidence"].to_numpy())
    return best


def _function_groups(found: SystemMap) -> pd.DataFrame:
    members = found.members.tocoo()
    keep = _not_rejected(found, members)
    row, column, score = members.row[keep], members.col[keep], members.data[keep]
    several = np.bincount(column, minlength=members.shape[1])[column] > 1
    row, column, score = row[several], column[several], score[several]
    order = np.lexsort((row, column))
    codes = np.array(found.taxonomy.codes, dtype=object)
    return pd.DataFrame(
        {
            "group": codes[column[order]],
            "kind": "same_function",
            "system_id": found.inventory.ids[row[order]],
            "confidence": score[order],
        }
    )


def _not_rejected(found: SystemMap, members) -> np.ndarray:
    """Memberships that stand: a system rejected with all others of a function is no longer in its group."""
    keep = np.ones(len(members.row), dtype=bool)
    rejected: dict[int, set[int]] = {}
    for a, b in found.reviews.pairs("reject"):
        rejected.setdefault(a, set()).add(b)
        rejected.setdefault(b, set()).add(a)
    for place in np.flatnonzero(np.isin(members.row, list(rejected))):
        others = set(members.row[members.col == members.col[place]].tolist()) - {int(members.row[place])}
        keep[place] = bool(others - rejected[int(members.row[place])])
    return keep


def review_queue(found: SystemMap, limit: int) -> pd.DataFrame:
    """`SystemMap.review_queue`."""
    both = _weighed(found)
    both = both[both["confidence"] >= load("overlaps")["bands"]["review"]]
    decided = set(found.reviews.verdicts)
    new = [pair not in decided for pair in zip(both["a"], both["b"], strict=True)]
    # A pair that is one product and one job is one question.
    both = both[np.array(new, dtype=bool)].drop_duplicates(["a", "b"])
    cost = found.state.systems["annual_cost"].to_numpy()
    a, b = both["a"].to_numpy(), both["b"].to_numpy()
    # Of two systems the dearer stays: what may be saved is the cheaper one.
    rate = savings(np.array([1.0, 1.0]), found.state.settings.realisation_rate)[1]
    saving = np.minimum(cost[a], cost[b]) * rate
    names = found.systems["system"].to_numpy(dtype=object)
    owners = found.systems["owner_department"].to_numpy(dtype=object)
    ids = found.inventory.ids
    queue = pd.DataFrame(
        {
            "system_a": ids[a], "name_a": names[a], "department_a": owners[a],
            "system_b": ids[b], "name_b": names[b], "department_b": owners[b],
            "kind": both["kind"].to_numpy(), "confidence": both["confidence"].to_numpy().round(3),
            "band": [band(c) for c in both["confidence"]], "saving_middle": saving,
            "evidence": both["evidence"].to_numpy(),
        },
        columns=list(QUEUE_COLUMNS),
    )  # fmt: skip
    # What may be saved, weighed by how sure it is; pairs without a cost follow by sureness.
    worth = (queue["saving_middle"] * queue["confidence"]).fillna(-1.0)
    queue = queue.assign(worth=worth).sort_values(["worth", "confidence"], ascending=False, kind="stable")
    # What is one system changes every count and sum: it is asked first.
    queue = pd.concat([_source_queue(found), queue.drop(columns="worth")], ignore_index=True)
    return queue.head(limit)


def _source_queue(found: SystemMap) -> pd.DataFrame:
    """The open questions of `source_list` as lines of the queue."""
    lines = []
    for line in found.sources().itertuples(index=False):
        if not line.confirmed:
            a, b = found.row(line.same_as), found.row(line.system_id)
            names, owners = (found.systems[c].to_numpy(dtype=object) for c in ("system", "owner_department"))
            lines.append(
                (line.same_as, names[a], owners[a], line.system_id, names[b], owners[b], "one_system",
                 np.nan, "review", np.nan, source_sentence(line, "ja"))
            )  # fmt: skip
    numbers = {"confidence": float, "saving_middle": float}
    return pd.DataFrame(lines, columns=list(QUEUE_COLUMNS)).astype(numbers)


def source_list(found: SystemMap) -> pd.DataFrame:
    """`SystemMap.sources`."""
    systems, state = found.systems, found.state
    rows = np.flatnonzero(~found.counted)
    kept = [found.row(name) for name in systems["same_as"].to_numpy(dtype=object)[rows]]
    return pd.DataFrame(
        {
            "system_id": found.inventory.ids[rows],
            "same_as": found.inventory.ids[kept],
            "name": systems["system"].to_numpy(dtype=object)[rows],
            "department": systems["owner_department"].to_numpy(dtype=object)[kept],
            "place": [state.address("systems", row, "system") for row in rows.tolist()],
            "same_place": [state.address("systems", row, "system") for row in kept],
            "confirmed": [
                found.reviews.one.get((min(pair), max(pair)), False) for pair in zip(rows.tolist(), kept, strict=True)
            ],
        },
        columns=list(SOURCE_COLUMNS),
    )


def source_findings(found: SystemMap) -> pd.DataFrame:
    """`SystemMap.findings`."""
    asked = found.sources()
    asked = asked[~asked["confirmed"].astype(bool)]
    lines = []
    for line in asked.itertuples(index=False):
        row = found.state.systems.iloc[found.row(line.system_id)]
        owner = line.department if isinstance(line.department, str) else ""
        lines.append(
            dict(
                severity="warning", rule="system_in_two_lists", file=row["source_file"], sheet=row["source_sheet"],
                cell=found.state.cell(row, "system") or str(row["source_row"]), message=source_sentence(line, "ja"),
                table="systems", department=owner,
            )
        )  # fmt: skip
    return pd.DataFrame(lines, columns=list(FINDING_COLUMNS))


def source_sentence(line, lang: str) -> str:
    """A line of `source_list` as the question that it is."""
    known = isinstance(line.department, str)
    owner = text("systems.sources.owner", lang, department=line.department) if known else ""
    return text(
        "systems.sources.question", lang,
        name=" ".join(str(line.name).split()), department=owner, counted=line.same_place, other=line.place,
    )  # fmt: skip


def signal_table(found: SystemMap, a: int, b: int, lang: str) -> pd.DataFrame:
    """`SystemMap.signals`."""
    a, b = min(a, b), max(a, b)
    said, matrix = _texts(found)
    line = pairing.function_confidence(
        np.array([a]), np.array([b]), found.members, found.signs, matrix, said, found.taxonomy
    ).iloc[0]
    product = _product_pairs(found)
    mine = product[(product["a"] == a) & (product["b"] == b)]
    claim = load("overlaps")["bands"]["candidate"]
    # A claimed product is shown as such; below that, whichever reading of the pair is surer.
    if len(mine) and (mine["confidence"].max() >= claim or mine["confidence"].max() >= line["confidence"]):
        source = int(mine["source"].iloc[0])
        table = found.products.pairs if source >= 0 else found.products.own
        return _signals(table.iloc[source if source >= 0 else -1 - source], PRODUCT_SIGNALS, "product", lang)
    return _signals(line, pairing.FUNCTION_SIGNALS, "function", lang)


def _signals(line: pd.Series, signals: tuple[str, ...], kind: str, lang: str) -> pd.DataFrame:
    weights = load("overlaps")[kind]
    rows = []
    for signal in signals:
        contribution = float(line[signal])
        fitting = [w for key, w in weights.items() if key.startswith(signal) and w * contribution > 0]
        weight = min(fitting, key=lambda w: abs(abs(w) - abs(contribution)), default=contribution)
        value = contribution / weight if weight else 0.0
        rows.append((signal, text(f"systems.signal.{kind}.{signal}", lang), float(weight), value, contribution))
    return pd.DataFrame(rows, columns=["signal", "label", "weight", "value", "contribution"])
