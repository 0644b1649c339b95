"""The commands. Each is a few lines over the library; results on stdout, progress and errors on stderr.

Exit status: 0 done, 1 done with failures listed, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import LANGUAGES, text
from dxaudit.writing import write_text

SHOWN_FINDINGS = 20
SHOWN_GROUPS = 10
# Beyond one municipality's list the groups are for files, not for the screen.
LISTED_SYSTEMS = 5000


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console on cp932 must not end the program over one rare character.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except DxauditError as error:
        print(f"dxaudit: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader (head, less) has gone; that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dxaudit", description=text("cli.about"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run, example: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=text(f"cli.{name}.help"),
            description=text(f"cli.{name}.help"),
            epilog=f"{text('cli.example')}: {example}",
        )
        added.set_defaults(run=run)
        return added

    def language(added: argparse.ArgumentParser) -> None:
        added.add_argument("--lang", choices=LANGUAGES, default="ja", help=text("cli.lang"))

    demo = command("demo", _demo, "dxaudit demo -o reports")
    demo.add_argument("-o", "--output", type=Path, default=Path("reports"), help=text("cli.report.output"))
    language(demo)

    check = command("check", _check, "dxaudit check 提出ファイル --json 結果.json")
    check.add_argument("source", type=Path, help=text("cli.source"))
    check.add_argument("--json", type=Path, metavar="FILE", help=text("cli.check.json"))
    check.add_argument("--tables", type=Path, metavar="DIR", help=text("cli.check.tables"))
    check.add_argument("--send-back", type=Path, metavar="DIR", help=text("cli.check.send_back"))
    language(check)

    template = command("template", _template, "dxaudit template 様式 --organization 組織一覧.xlsx")
    template.add_argument("folder", type=Path, help=text("cli.template.folder"))
    template.add_argument("--organization", type=Path, metavar="FILE", help=text("cli.template.organization"))
    language(template)

    issues = command("issues", _issues, "dxaudit issues 提出ファイル -o 課題一覧表.xlsx")
    issues.add_argument("source", type=Path, help=text("cli.source"))
    issues.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=text("cli.issues.output"))
    language(issues)

    overlaps = command("overlaps", _overlaps, "dxaudit overlaps システム一覧.xlsx --pairs 重複候補.csv")
    overlaps.add_argument("source", type=Path, help=text("cli.source"))
    overlaps.add_argument("--pairs", type=Path, metavar="FILE", help=text("cli.overlaps.pairs"))
    overlaps.add_argument("--groups", type=Path, metavar="FILE", help=text("cli.overlaps.groups"))
    overlaps.add_argument("--graphml", type=Path, metavar="FILE", help=text("cli.overlaps.graphml"))
    overlaps.add_argument("--map", type=Path, metavar="FILE", help=text("cli.overlaps.map"))
    overlaps.add_argument("--scheduler", metavar="ADDRESS", help=text("cli.overlaps.scheduler"))
    language(overlaps)

    report = command("report", _report, "dxaudit report 提出ファイル -o reports --format html,xlsx")
    report.add_argument("source", type=Path, help=text("cli.source"))
    report.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help=text("cli.report.output"))
    report.add_argument("--department", action="append", metavar="NAME", help=text("cli.report.department"))
    report.add_argument("--format", default="html", metavar="LIST", help=text("cli.report.format"))
    report.add_argument("--jobs", default="auto", metavar="N", help=text("cli.report.jobs"))
    report.add_argument("--scheduler", metavar="ADDRESS", help=text("cli.report.scheduler"))
    report.add_argument("--notebook", type=Path, metavar="FILE", help=text("cli.report.notebook"))
    language(report)

    lab = command("lab", _lab, "dxaudit lab 提出ファイル")
    lab.add_argument("folder", type=Path, help=text("cli.lab.folder"))
    return parser


def _check(options: argparse.Namespace) -> int:
    from dxaudit.intake import read
    from dxaudit.intake.accounting import as_json
    from dxaudit.intake.export import write_tables

    state = _with_findings_of_analyses(read(options.source))
    if options.json:
        write_text(options.json, json.dumps(as_json(state), ensure_ascii=False, indent=1))
    if options.tables:
        write_tables(state, options.tables)
    if options.send_back:
        from dxaudit.intake.sendback import write_sendback

        write_sendback(state, options.send_back)
    _print_findings(state, options.lang)
    return 0


def _with_findings_of_analyses(state):
    """What is wrong in step tables, or named in two lists, is found by an analysis; a clerk wants it in one list."""
    import pandas as pd

    from dxaudit.systems import map_systems
    from dxaudit.workflow import map_workflows

    found = [
        analyse(state).findings
        for table, analyse in (("systems", map_systems), ("workflow", map_workflows))
        if state.was_sent(table)
    ]
    found = [findings for findings in found if len(findings)]
    return state.replace(findings=pd.concat([state.findings, *found], ignore_index=True)) if found else state


def _print_findings(state, lang: str) -> None:
    from dxaudit.intake.findings import in_lines

    sheets = state.sheets
    print(
        text(
            "cli.check.summary",
            lang,
            files=sheets["file"].nunique(),
            sheets=int(sheets["table"].notna().sum()),
            rows=f"{int(sheets['read'].sum()):,}",
            accepted=f"{int(sheets['accepted'].sum()):,}",
            set_aside=f"{int(sheets['set_aside'].sum()):,}",
            ignored=f"{int(sheets['ignored'].sum()):,}",
        )
    )
    unused = int(sheets.loc[sheets["table"].isna(), "accepted"].sum())
    if unused:
        print(text("cli.check.unused", lang, rows=f"{unused:,}"))
    counts = state.findings["severity"].value_counts()
    print(text("cli.check.counts", lang, **{name: int(counts.get(name, 0)) for name in ("error", "warning", "info")}))
    grave = state.findings[state.findings["severity"] != "info"]
    # A file of which nothing was read weighs more than any cell of one that was, a whole sheet more than its cells.
    unread = (grave["file"] != "") & ~grave["file"].isin(sheets["file"])
    ranks = {"read": ~unread, "of_cell": grave["cell"].fillna("") != ""}
    grave = grave.assign(**ranks).sort_values(["read", "severity", "of_cell"], kind="stable")
    lines = in_lines(grave, lang).head(SHOWN_FINDINGS)
    for finding in lines.itertuples(index=False):
        place = state.place(finding.file, finding.sheet)
        cell = f"!{finding.cell}" if isinstance(finding.cell, str) and finding.cell else ""
        print(f"  [{text(f'common.severity.{finding.severity}', lang)}] {place}{cell}: {finding.message}")
    rest = len(grave) - int(lines["count"].sum())
    if rest:
        print("  " + text("cli.check.more", lang, count=rest))


def _template(options: argparse.Namespace) -> int:
    from dxaudit.intake import read
    from dxaudit.intake.templates import write_templates

    state = read(options.organization) if options.organization else None
    written = write_templates(options.folder, state, lang=options.lang)
    print(text("cli.template.written", options.lang, count=len(written), folder=options.folder))
    return 0


def _issues(options: argparse.Namespace) -> int:
    from dxaudit.intake import read
    from dxaudit.issues import assess

    if options.output.suffix.lower() not in (".xlsx", ".csv", ".json"):
        raise DxauditError(
            f"課題一覧表の形式 {options.output.suffix!r} は書けません",
            where=str(options.output),
            remedy=".xlsx .csv .json のいずれかにしてください",
        )
    register = assess(read(options.source))
    register.write(options.output, lang=options.lang)
    assessed = int(register.frame["assessed"].sum())
    print(
        text(
            "cli.issues.written",
            options.lang,
            path=options.output,
            assessed=assessed,
            missing=len(register.frame) - assessed,
        )
    )
    return 0


def _overlaps(options: argparse.Namespace) -> int:
    from dxaudit.intake import read
    from dxaudit.systems import map_systems, write_graphml, write_groups, write_map, write_pairs

    state = read(options.source)
    if not state.was_sent("systems"):
        raise DxauditError(
            text("cli.overlaps.none", options.lang),
            where=str(options.source),
            remedy=text("cli.overlaps.none_remedy", options.lang),
        )
    systems = map_systems(state, options.scheduler)
    if options.pairs:
        write_pairs(systems, options.pairs)
    if options.groups:
        write_groups(systems, options.groups, options.lang)
    if options.graphml:
        write_graphml(systems.graph, options.graphml)
    if options.map:
        write_map(systems, options.map, options.lang)
    counted = systems.groups().drop_duplicates("group")["kind"].value_counts()
    print(
        text(
            "cli.overlaps.summary",
            options.lang,
            systems=int(systems.counted.sum()),
            product=int(counted.get("same_product", 0)),
            function=int(counted.get("same_function", 0)),
        )
    )
    if len(systems.systems) <= LISTED_SYSTEMS:
        _print_groups(systems, options.lang)
        _print_fields(systems, options.lang)
        _print_unresolved(systems, options.lang)
    for finding in systems.findings.head(SHOWN_FINDINGS).itertuples(index=False):
        print(f"  [{text('systems.kind.one_system', options.lang)}] {finding.message}")
    return 0


def _print_groups(systems, lang: str) -> None:
    """The surest and dearest groups, each system with whose it is and what it costs."""
    groups = systems.overlaps(lang=lang)
    label = dict(zip(groups["group"], groups["label"], strict=True))
    owner, cost = systems.systems["owner_department"], systems.state.systems["annual_cost"]
    for group in groups.head(SHOWN_GROUPS).itertuples(index=False):
        members = []
        for name, row in zip(group.names, map(systems.row, group.systems), strict=True):
            known = [owner[row]] if isinstance(owner[row], str) else []
            if cost[row] == cost[row]:
                known.append(f"{cost[row]:,.0f} {text('common.unit.thousand_yen_per_year', lang)}")
            members.append(f"{' '.join(name.split())} ({', '.join(known)})" if known else " ".join(name.split()))
        part = f" ({text('systems.saving.part', lang, label=label[group.within])})" if group.within else ""
        kind = text(f"systems.kind.{group.kind}", lang)
        print(f"  [{kind} {group.confidence:.2f}] {group.label}{part}: {'; '.join(members)}")


def _print_fields(systems, lang: str) -> None:
    """Systems that departments keep apart and one platform could carry."""
    kind = text("systems.relation.fragmentation", lang)
    for field in systems.fragmentation(lang=lang).itertuples(index=False):
        if field.area in systems.taxonomy:
            print(f"  [{kind}] {field.label}: {' '.join(', '.join(dict.fromkeys(field.names)).split())}")


def _print_unresolved(systems, lang: str) -> None:
    """Names of systems that stand for no one system of the list, with the nearest."""
    open_names = systems.unresolved().drop_duplicates("written")
    if not len(open_names):
        return
    print(text("cli.overlaps.unresolved", lang, count=len(open_names)))
    for line in open_names.head(SHOWN_GROUPS).itertuples(index=False):
        near = text(f"cli.overlaps.{line.reason}", lang, names=", ".join(line.nearest))
        print(f"  {' '.join(line.written.split())}{near if line.nearest else ''}")


def _report(options: argparse.Namespace) -> int:
    from dxaudit.publish import report

    result = report(
        options.source,
        options.output,
        departments=options.department,
        formats=tuple(part.strip() for part in options.format.split(",") if part.strip()),
        jobs=options.jobs,
        lang=options.lang,
        notebook=options.notebook,
        scheduler=options.scheduler,
    )
    print(result.index)
    return _said(result, options)


def _said(result, options: argparse.Namespace) -> int:
    """How many reports were written, which were not and why; the exit status."""
    print(text("cli.report.done", options.lang, done=len(result.done), folder=options.output))
    if result.failed:
        print(text("cli.report.failed", options.lang, count=len(result.failed)))
        for name, reason in result.failed.items():
            print(f"  {name}: {reason}")
        return 1
    return 0


def _demo(options: argparse.Namespace) -> int:
    from dxaudit.publish import report, sample_city

    result = report(sample_city(), options.output, formats=("html", "xlsx"), lang=options.lang)
    print(text("cli.demo.look", options.lang))
    print(f"  {result.index}")
    return _said(result, options)


def _lab(options: argparse.Namespace) -> int:
    from dxaudit.session import open_lab

    return open_lab(options.folder)


if __name__ == "__main__":
    raise SystemExit(main())
