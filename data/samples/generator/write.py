"""One city from prose to files: the answers, the truth as clean csv, and what is expected of a reader."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from . import flows as flow_prose
from . import headoffice, workbooks
from .businesses import businesses as make_businesses
from .city import City, Department, departments
from .expected import CITY, Truth, verdicts
from .governance import QUESTIONNAIRE
from .layouts import BUSINESS, SYSTEM
from .people import respondents
from .systems import duplicates, not_duplicates
from .systems import systems as make_systems

SURVEY = (
    "respondent_id bureau department position age_band employment_type "
    + " ".join(f"q{i:02d}" for i in range(1, 21))
    + " years_in_post dx_role training ai_use comment"
).split()
ORGANIZATION = [
    "department_code",
    "bureau",
    "department",
    "headcount",
    "regular_staff",
    "fixed_term_staff",
    "overtime_hours",
    "valid_from",
    "predecessor",
]
WORKFLOW = [
    "business_id",
    "business",
    "department",
    "step",
    "actor",
    "action",
    "medium",
    "system",
    "work_minutes",
    "wait_hours",
    "rework_rate",
    "branch",
    "next_step",
    "probability",
]

# Where people think they work, when they do not work in a section of the list. department → (written, how many).
PLACES = {
    "市民課": ("出張所", 6),
    "環境課": ("クリーンセンター", 5),
    "図書館": ("分館", 4),
    "学校教育課": ("小学校", 5),
    "保育課": ("中央保育園", 5),
    "社会福祉課": ("本庁", 2),
}


def _csv(path: Path, columns: list[str], rows: list[dict]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_plain(row.get(c)) for c in columns])
    path.write_text(buffer.getvalue(), encoding="utf-8", newline="")


def _plain(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ";".join(value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return value


def _where_they_say(city: City, people: list[dict]) -> None:
    """The department as the respondent wrote it: mostly right, sometimes the old name or a place."""
    left = {city.say(k): [v[0], v[1]] for k, v in PLACES.items()}
    today = {p["_department"].name for p in people}
    for p in people:
        d: Department = p["_department"]
        dice = city.dice("wrote", p["respondent_id"])
        p["department_written"] = d.name
        place = left.get(d.full_name)
        if place and place[1] and p["employment_type"] == "fixed_term":
            place[1] -= 1
            p["department_written"], p["department"] = place[0], None
        elif d.plan.get("clean"):
            continue
        elif len(d.predecessor) == 1 and d.predecessor[0] not in today and dice.random() < 0.12:
            p["department_written"] = d.predecessor[0]
        elif dice.random() < 0.03:
            p["department_written"] = d.name.replace("課", "　課")
        elif dice.random() < 0.03:
            p["department_written"] = f"{d.bureau}{d.name}"


def write_city(city: City, folder: Path) -> str:
    """Write ``folder/KEY`` (the answers), ``KEY.truth`` and ``KEY.expected.toml``; a line about what was written."""
    answers, truth_folder = folder / city.key, folder / f"{city.key}.truth"
    for old in (answers, truth_folder):
        if old.exists():
            shutil.rmtree(old)
        old.mkdir(parents=True)
    ds = departments(city)
    survey_folder, common = answers / "職員アンケート", answers / "全庁"
    for f in (survey_folder, common):
        f.mkdir()
    businesses = []
    for d in ds:
        layout = workbooks.layout_of(city, d.bureau) if not d.plan.get("clean") else workbooks.PLAIN
        rows = make_businesses(city, d, layout.units)
        for row in rows:
            # What the bureau's form has no column for was never said.
            row.update(dict.fromkeys(layout.without))
        businesses += rows
    systems = make_systems(city, ds)
    people = respondents(city, ds)
    _where_they_say(city, people)
    governance = [{"question": q, "answer": a, "note": city.say(n)} for q, a, n in QUESTIONNAIRE]

    facts: list[workbooks.SheetFact] = []

    def keep(found: workbooks.SheetFact | list, where: Path) -> None:
        for fact in found if isinstance(found, list) else [found]:
            facts.append(fact)
            fact.file = (where / fact.file).relative_to(answers).as_posix()

    keep(headoffice.organization_workbook(common, city, ds), common)
    keep(headoffice.governance_workbook(common, city, governance), common)
    level1: dict[str, float] = {}
    for bureau in dict.fromkeys(d.bureau for d in ds):
        mine = [d for d in ds if d.bureau == bureau]
        where = answers / bureau
        where.mkdir()
        for d in mine:
            if not (d.plan.get("clean") and d.answered):
                continue
            rows = [b for b in businesses if b["department"] == d.full_name]
            level1[d.full_name] = 100.0
            encoding = "utf-8-sig" if d.code[-1] in "13" else "utf-8"
            keep(workbooks.section_csv(where, city, d, "businesses", BUSINESS, rows, encoding), where)
            own = [s for s in systems if s["owner_department"] == d.full_name]
            if own:
                keep(workbooks.section_csv(where, city, d, "systems", SYSTEM, own, encoding), where)
        rest = [d for d in mine if not d.plan.get("clean")]
        names = {d.full_name for d in rest}
        rows = [b for b in businesses if b["department"] in names]
        if rows:
            if workbooks.layout_of(city, bureau).decorated:
                # Blank rows, notes, line breaks, several values, comments, colours, merged cells, hidden column: by the
                # published deductions (5 for the notes, 10 for each other) 25 points are left.
                level1 |= {d.full_name: 25.0 for d in rest if d.answered}
            keep(
                workbooks.bureau_workbook(
                    where, city, bureau, rest, rows, [s for s in systems if s["owner_department"] in names]
                ),
                where,
            )
    keep(headoffice.survey_csv(survey_folder, city, people), survey_folder)
    flows = _flows(city, businesses)
    keep(headoffice.workflow_workbook(common, city, flows), common)
    (answers / "dxaudit.toml").write_text(_settings(city), encoding="utf-8")

    _truth(truth_folder, city, ds, businesses, systems, people, governance, flows, facts)
    truth = Truth(businesses, systems, people, ds, governance, city.population, duplicates(systems), level1)
    text = _expected(city, ds, truth, systems, people, facts)
    (folder / f"{city.key}.expected.toml").write_text(text, encoding="utf-8")
    return (
        f"{city.name}: {len(ds)} departments, {len(businesses)} businesses, {len(systems)} systems, "
        f"{len(people)} answers, "
        f"{len({f.file for f in facts})} files in {answers}"
    )


def _flows(city: City, businesses: list[dict]) -> dict[tuple[str, str], list[dict]]:
    found = {}
    for (department, business), _ in flow_prose.FLOWS.items():
        row = next(
            b for b in businesses if b["department"] == city.say(department) and b["business"] == city.say(business)
        )
        steps = flow_prose.steps(department, business)
        for s in steps:
            s.update(business_id=row["business_id"], business=row["business"], department=row["department"])
        found[row["department"], row["business"]] = steps
    return found


def _settings(city: City) -> str:
    return f"""# {city.name}は架空の市です。実在しません。団体コードも架空です(検査数字だけ正しい)。
municipality = "{city.name}"
municipality_code = "{city.code}"
municipality_type = "city"
population = {city.population}
fiscal_year = 2026
as_of = "2026-10-01"
"""


def _truth(folder: Path, city: City, ds, businesses, systems, people, governance, flows, facts) -> None:
    place = {
        (f.table, key): (f, row)
        for f in facts
        if f.table in ("businesses", "systems", "survey", "organization", "governance", "workflow")
        for row, key in f.rows
    }
    source = ["source_file", "source_sheet", "source_row"]

    def located(table: str, rows: list[dict], key) -> list[dict]:
        found = []
        for r in rows:
            fact, number = place[table, key(r)]
            shown = dict(r)
            # A column that the form does not have was never said.
            missing = {c for c in r if c not in {name for _, name in fact.columns}} - {
                "department",
                "bureau",
                "department_written",
                "department_code",
            }
            if table in ("businesses", "systems"):
                for c in missing:
                    shown[c] = None
            found.append({**shown, "source_file": fact.file, "source_sheet": fact.sheet, "source_row": number})
        return found

    _csv(
        folder / "businesses.csv",
        [*BUSINESS, *source],
        located("businesses", businesses, lambda r: r["business_id"]),
    )
    _csv(folder / "systems.csv", [*SYSTEM, *source], located("systems", systems, lambda r: r["system_id"]))
    nothing = {"特になし", "なし"}
    answered = [
        {
            **p,
            "department": p["department"] or p["department_written"],
            "comment": None if p["comment"] in nothing else p["comment"],
        }
        for p in people
    ]
    _csv(
        folder / "survey.csv",
        [*SURVEY, "department_written", *source],
        located("survey", answered, lambda r: r["respondent_id"]),
    )
    organization = [
        {
            "department_code": d.code,
            "bureau": d.bureau,
            "department": d.full_name,
            "headcount": d.headcount,
            "regular_staff": d.regular,
            "fixed_term_staff": d.fixed_term,
            "overtime_hours": d.overtime,
            "valid_from": "2026-04-01" if d.predecessor else None,
            "predecessor": d.predecessor or None,
        }
        for d in ds
    ]
    _csv(
        folder / "organization.csv",
        [*ORGANIZATION, *source],
        located("organization", organization, lambda r: r["department_code"]),
    )
    said = {"有": "true", "無": "false"}
    numbered = [
        {**g, "answer": said.get(g["answer"], g["answer"]), "note": g["note"] or None, "_n": str(i)}
        for i, g in enumerate(governance, start=1)
    ]
    _csv(
        folder / "governance.csv",
        ["question", "answer", "note", *source],
        located("governance", numbered, lambda r: r["_n"]),
    )
    steps = [{**s, "_n": f"{s['business_id']}/{r}"} for rows in flows.values() for r, s in enumerate(rows, start=4)]
    _csv(folder / "workflow.csv", [*WORKFLOW, *source], located("workflow", steps, lambda r: r["_n"]))
    header_map = [
        {"file": f.file, "sheet": f.sheet, "position": i, "source": h, "column": c}
        for f in facts
        for i, (h, c) in enumerate(f.columns, start=1)
    ]
    _csv(folder / "columns.csv", ["file", "sheet", "position", "source", "column"], header_map)


def _quote(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_quote(v) for v in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _entry(kind_of_entry: str, /, **values: object) -> str:
    return f"[[{kind_of_entry}]]\n" + "".join(f"{k} = {_quote(v)}\n" for k, v in values.items()) + "\n"


def _expected(city: City, ds: list[Department], truth: Truth, systems, people, facts) -> str:
    found = verdicts(truth)
    files = sorted({f.file for f in facts})
    lines = [
        f"# What a reader must find in {city.key}/: computed by data/samples/generator/expected.py from the clean\n"
        "# truth, by the definitions of the issue catalogue. Written by the generator; do not edit.\n\n",
        "[counts]\n",
        f"departments = {len(ds)}\n",
        f"departments_without_inventory = {_quote([d.full_name for d in ds if not d.answered])}\n",
        f"businesses = {len(truth.businesses)}\nsystems = {len(systems)}\nrespondents = {len(people)}\n",
        f"respondents_without_department = {truth.unresolved}\n",
        f"staff = {sum(d.headcount for d in ds)}\n",
        f"files = {len(files)}\nsheets = {len(facts)}\n\n",
    ]
    for department, code, value, word in found:
        if word == "issue":
            lines.append(_entry("issue", code=code, department=department, value=float(value), note=_note(code, value)))
    for d in ds:
        codes = [c for name, c, _, w in found if name == d.full_name and w == "clean"]
        wrong = [c for name, c, _, w in found if name == d.full_name and w in ("issue", "near")]
        lines.append(
            _entry("clean", department=d.full_name, planted=bool(d.plan.get("clean")) and not wrong, codes=codes)
        )
    lines.append(
        _entry(
            "clean",
            department=CITY,
            planted=False,
            codes=[c for name, c, _, w in found if name == CITY and w == "clean"],
        )
    )
    for name in [d.full_name for d in ds]:
        codes = [c for n, c, _, w in found if n == name and w == "unassessed" and c not in DEPENDS]
        if codes:
            lines.append(_entry("unassessed", department=name, codes=codes))
    for g in duplicates(systems):
        lines.append(
            _entry(
                "duplicate",
                systems=g["systems"],
                kind=g["kind"],
                names=g["names"],
                departments=g["departments"],
                annual_cost=g["annual_cost"],
            )
        )
    for n in not_duplicates(city, systems):
        lines.append(_entry("not_duplicate", systems=n["systems"], names=n["names"], why=n["why"]))
    for g in truth.repeated():
        if len(g["departments"]) >= 3:
            lines.append(_entry("repeated_business", name=g["name"], departments=g["departments"]))
    for f in facts:
        lines.append(
            _entry(
                "sheet",
                file=f.file,
                sheet=f.sheet,
                table=f.table,
                header_rows=list(f.header_rows),
                rows_above=f.rows_above,
                accepted=f.accepted,
                ignored_below_header=f.ignored_below_header,
                hidden=f.hidden,
            )
        )
    return "".join(lines)


# Whether these can be assessed depends on how a reader matches procedures or on rows that happen to exist.
DEPENDS = {"G02", "G03", "R02", "R06", "R07", "O08", "D01", "D02", "D07"}


def _note(code: str, value: float) -> str:
    from .expected import BARS

    bar, high = BARS[code]
    return f"{value:.4g} {'>=' if high else '<='} {bar:g}"
