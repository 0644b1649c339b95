"""What a batch was asked for, and what it has to write for that: one job a department, each with its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import process

from dxaudit.errors import DxauditError
from dxaudit.publish import formats as report_formats
from dxaudit.publish.manifest import fingerprint
from dxaudit.publish.names import folder_names
from dxaudit.publish.run import Job
from dxaudit.publish.shipped import CITY_NOTEBOOK, shipped
from dxaudit.vocabulary import text

CITY = ""
"""The department of the city's own report."""


@dataclass(frozen=True)
class Plan:
    """The reports that a batch is to write.

    Attributes
    ----------
    every : tuple of str
        All departments of the city.
    chosen : tuple of str
        Those that get a report.
    jobs : tuple of Job
        In the order of the index; the city's first, where all departments get one.
    folders : mapping of department to str
        Within the folder of the reports; also of departments that get none this time.
    prints : mapping of department to str
        SHA-256 over everything that the report rests on.
    """

    every: tuple[str, ...]
    chosen: tuple[str, ...]
    jobs: tuple[Job, ...]
    folders: Mapping[str, str]
    prints: Mapping[str, str]


@dataclass(frozen=True)
class Order:
    """What was asked of a batch.

    Attributes
    ----------
    out : Path
    notebook : Path
        Of the departments.
    parameters : dict
        Given to the notebook, beside the department.
    formats : tuple of str
    templates : Path or None
        Folder that may hold the city's own templates.
    departments : sequence of str or None
        None for all of them and the city.
    lang : str
    key : str
        Hash of inputs, settings and decisions (`dxaudit.publish.content`).
    """

    out: Path
    notebook: Path
    parameters: Mapping[str, Any]
    formats: tuple[str, ...]
    templates: Path | None
    departments: Sequence[str] | None
    lang: str
    key: str

    def plan(self, every: Sequence[str]) -> Plan:
        """What to write for a city of these departments.

        Raises
        ------
        DxauditError
            A department was asked for that is none of them; the nearest names are said.
        """
        chosen = _chosen(every, self.departments)
        city = text("common.city", self.lang)
        folders = {CITY: city, **folder_names(every, taken=[city])}
        jobs = [self._job(name, self.notebook, {"department": name}, folders, self.formats) for name in chosen]
        if self.departments is None:
            beside = report_formats.of_city(self.formats)
            jobs.insert(0, self._job(CITY, shipped(CITY_NOTEBOOK), {}, folders, beside))
        prints = {job.department: fingerprint(job, self.key) for job in jobs}
        return Plan(tuple(every), chosen, tuple(jobs), folders, prints)

    def _job(
        self, name: str, notebook: Path, own: Mapping[str, str], folders: Mapping[str, str], formats: tuple[str, ...]
    ) -> Job:
        templates = str(self.templates) if self.templates else ""
        given = {**self.parameters, **own}
        return Job(name, str(notebook), given, str(self.out / folders[name]), formats, self.lang, templates)

    def index(self, plan: Plan) -> dict[str, Any]:
        """What the index page of the batch shows, for the manifest."""
        return {"departments": [job.department for job in plan.jobs], "formats": list(self.formats), "lang": self.lang}


def _chosen(every: Sequence[str], departments: Sequence[str] | None) -> tuple[str, ...]:
    if departments is None:
        return tuple(every)
    for name in departments:
        if name not in every:
            near = [found for found, score, _ in process.extract(name, every, limit=3) if score >= 30]
            remedy = (
                text("publish.error.department_remedy", near="、".join(near))
                if near
                else text("publish.error.department_none")
            )
            raise DxauditError(text("publish.error.department", name=name), remedy=remedy)
    return tuple(dict.fromkeys(departments))
