"""Which systems does the city own, at what cost, until when; and which of them are the same?"""

from __future__ import annotations

import tomllib
from itertools import combinations

from .city import PROSE, City, Department, system_prose

CLASS = {"基": "core", "個": "individual", "内": "internal", "網": "network"}
SHAPE = {"W": "web", "C": "client_server", "S": "saas", "L": "cloud", "T": "standalone", "O": "on_premises"}
ZONE = {"M": "mynumber", "L": "lgwan", "I": "internet"}
LINK = {"api": "api", "file": "file", "csv": "csv_manual", "man": "manual", "media": "media", "none": "none"}
LEASE_MONTHS = 60


def _end(first: str, shape: str) -> tuple[str, str]:
    """The running contract's first and last month; software as a service is renewed every year, the rest every five."""
    year, month = (int(x) for x in first.split("-"))
    length = 12 if shape == "saas" else LEASE_MONTHS
    start = year * 12 + month - 1
    while start + length <= 2026 * 12 + 9:
        start += length
    last = start + length - 1
    return f"{start // 12}-{start % 12 + 1:02d}", f"{last // 12}-{last % 12 + 1:02d}"


def _last_day(month: str) -> str:
    y, m = (int(x) for x in month.split("-"))
    days = 31 if m in (1, 3, 5, 7, 8, 10, 12) else 30 if m != 2 else 29 if y % 4 == 0 else 28
    return f"{month}-{days}"


def systems(city: City, departments: list[Department]) -> list[dict]:
    """All systems, the truth in canonical columns; ``_function`` and ``_product`` are what they really are."""
    purposes = tomllib.loads((PROSE / "purposes.toml").read_text("utf-8"))
    said: dict[str, int] = {}
    by_name = {d.full_name: d for d in departments}
    scale = (city.population / 78_214) ** 0.8
    rows: list[dict] = []
    for owner, text in system_prose()["owners"].items():
        d = by_name[city.say(owner)]
        dice = city.dice("systems", d.code)
        clean = bool(d.plan.get("clean"))
        for line in text.strip().splitlines():
            cells = [c.strip() for c in city.say(line).split("|")] + [""] * 3
            name, vendor, product, function, nature, cost, first, link, users, standard, more = cells[:11]
            klass, shape, zone = nature.split()
            shape = SHAPE[shape]
            how, _, to = link.partition(" ")
            year_from, until = _end(first, shape)
            known = clean or shape == "saas" or dice.random() > (0.6 if shape == "standalone" else 0.36)
            kind, _, status = standard.rpartition(" ")
            amount = float(cost) * scale if scale != 1 else float(cost)
            amount = float(round(amount / 10) * 10) if scale != 1 else amount
            choice = purposes[function]
            purpose = choice[said.get(function, 0) % len(choice)]
            said[function] = said.get(function, 0) + 1
            old = dict(x.split("=") for x in more.split()).get("old")
            rows.append(
                {
                    "system_id": f"J{len(rows) + 1:03d}",
                    "system": name,
                    "system_class": CLASS[klass],
                    "bureau": d.bureau,
                    "owner_department": d.full_name,
                    "users": float(users) if not users or scale == 1 else float(max(1, round(float(users) * scale))),
                    "vendor": None if vendor == "-" else vendor,
                    "package": None if product == "-" else product,
                    "architecture": shape,
                    "in_service_from": first,
                    "contract_from": f"{year_from}-01" if known else None,
                    "contract_to": _last_day(until) if known else None,
                    "contract_method": _method(cost, klass, dice),
                    "initial_cost": _initial(amount, shape, dice),
                    "annual_cost": amount,
                    "network_zone": ZONE[zone],
                    "personal_information": _personal(klass, zone, function),
                    "linked_systems": (to,) if to else None,
                    "link_method": LINK[how],
                    "standardized_business": kind or None,
                    "standardization_status": status or None,
                    "old_annual_cost": float(old) * scale if old and scale != 1 else float(old) if old else None,
                    "purpose": purpose,
                    "user_departments": _users(d, function, klass, departments, dice),
                    "_function": function,
                    "_product": None if product == "-" else _product(city, product),
                }
            )
            if rows[-1]["old_annual_cost"]:
                rows[-1]["old_annual_cost"] = float(round(rows[-1]["old_annual_cost"]))
    return rows


def _method(cost: str, klass: str, dice) -> str:
    if klass == "基":
        return dice.choices(("proposal", "negotiated"), (4, 6))[0]
    if float(cost) < 1000:
        return dice.choices(("negotiated", "designated_bid"), (8, 2))[0]
    return dice.choices(("negotiated", "open_bid", "designated_bid", "proposal"), (45, 20, 20, 15))[0]


def _initial(amount: float, shape: str, dice) -> float | None:
    if shape == "saas" or not amount or dice.random() < 0.3:
        return None
    worth = amount * dice.lognormvariate(0.75, 0.5)
    step = 10 if worth < 1000 else 100 if worth < 30000 else 1000
    return float(max(step, round(worth / step) * step))


def _personal(klass: str, zone: str, function: str) -> str:
    if zone == "M":
        return "specific"
    if function in ("consultation", "health_app", "care_center", "emergency_call", "ems_stats", "stress_check"):
        return "sensitive"
    nobody = [
        "ordinance_db",
        "print_control",
        "public_accounting",
        "bond",
        "property",
        "vehicle_booking",
        "construction_rating",
        "disaster_radio",
        "disaster_info",
        "j_alert",
        "evaluation",
        "rpa",
        "ai_ocr",
        "monitoring",
        "sanitizer",
        "open_data",
        "cms",
        "queue_ticket",
        "pos",
        "parcel_gis",
        "waste_app",
        "weighbridge",
        "forest",
        "road_occupancy",
        "gis_platform",
        "bridge_db",
        "photo_mgmt",
        "building_estimate",
        "playground",
        "plant_monitoring",
        "civil_estimate",
        "water_quality",
        "menu_planning",
        "heritage_map",
        "digital_archive",
        "fixtures",
        "enterprise_accounting",
        "paperless_meeting",
        "asset_mgmt",
        "web_meeting",
        "file_transfer",
        "document",
        "finance",
    ]
    return "none" if function in nobody else "personal"


def _users(d: Department, function: str, klass: str, departments: list[Department], dice) -> tuple[str, ...]:
    everybody = ("document", "finance", "groupware", "identity", "attendance", "appraisal", "ordinance_db", "sanitizer")
    if function in everybody and klass in "内網":
        return ("全課",)
    own = d.name if d.full_name == d.name else d.full_name
    if d.plan.get("clean"):
        return (own,)
    near = [x.name for x in departments if x.bureau == d.bureau and x is not d and x.name != "総務課"]
    more = dice.sample(near, k=min(len(near), dice.choices((0, 1, 2), (60, 28, 12))[0]))
    return (own, *more)


def _product(city: City, product: str) -> str:
    """What the product really is, whatever the spelling."""
    for key, spellings in system_prose()["products"].items():
        if product in (city.say(s) for s in spellings):
            return key
    return product


def duplicates(rows: list[dict]) -> list[dict]:
    """Groups that are known to be duplicates: one product bought twice, or one function in two departments."""
    found: list[dict] = []
    products: dict[str, list[dict]] = {}
    functions: dict[str, list[dict]] = {}
    for r in rows:
        functions.setdefault(r["_function"], []).append(r)
        if r["_product"]:
            products.setdefault(r["_product"], []).append(r)
    for members in products.values():
        if len({m["owner_department"] for m in members}) > 1:
            found.append(_group("same_product", members[0]["_function"], members))
    for key, members in functions.items():
        if len({m["owner_department"] for m in members}) > 1 and len({m["_product"] for m in members}) > 1:
            found.append(_group("same_function", key, members))
    return found


def _group(kind: str, function: str, members: list[dict]) -> dict:
    return {
        "kind": kind,
        "function": function,
        "systems": [m["system_id"] for m in members],
        "names": [m["system"] for m in members],
        "departments": sorted({m["owner_department"] for m in members}),
        "annual_cost": sum(m["annual_cost"] for m in members),
    }


def not_duplicates(city: City, rows: list[dict]) -> list[dict]:
    """Look-alikes that are not duplicates, with the reason."""
    ids = {r["system"]: r["system_id"] for r in rows}
    return [
        {"systems": [ids[city.say(a)], ids[city.say(b)]], "names": [city.say(a), city.say(b)], "why": why}
        for a, b, why in system_prose()["hard"]["not_duplicate"]
    ]


def duplicate_pairs(rows: list[dict]) -> dict[tuple[str, str], str]:
    """Every known pair and its kind; the same product where both kinds hold."""
    found: dict[tuple[str, str], str] = {}
    for g in duplicates(rows):
        for pair in combinations(g["systems"], 2):
            if found.get(pair) != "same_product":
                found[pair] = g["kind"]
    return found
