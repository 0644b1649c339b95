"""One city, read and analysed once, and how another process gets it without doing so again.

A batch analyses the city in its own process and writes the result to a private file named by the content that
it was made from (`packed`). A kernel finds that file through `HANDOVER`; a kernel forked from the batch's
server has it in memory already. Without either, `open_city` reads and analyses, so that the same notebook runs
by hand in JupyterLab.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxaudit.publish.run import HANDOVER
from dxaudit.state import CurrentState

_held: dict[str, City] = {}


@dataclass(frozen=True)
class City:
    """A municipality's inventories with every analysis made of them.

    Attributes
    ----------
    state : CurrentState
    register : IssueRegister
    systems : SystemMap
    skills : SkillProfile
    flows : WorkflowMap
    """

    state: CurrentState
    register: Any
    systems: Any
    skills: Any
    flows: Any

    @property
    def name(self) -> str:
        """The municipality, or an empty text where neither settings nor files say."""
        return self.state.settings.municipality

    def departments(self) -> list[str]:
        """Every department that a report is written for."""
        return self.state.departments()


def analyse(state: CurrentState) -> City:
    """Every analysis of ``state``; each is remembered on the state, so asking twice costs nothing."""
    from dxaudit.issues import assess
    from dxaudit.skills import profile_skills
    from dxaudit.systems import map_systems
    from dxaudit.workflow import map_workflows

    city = City(state, assess(state), map_systems(state), profile_skills(state), map_workflows(state))
    _ask_ahead(city)
    return city


def _ask_ahead(city: City) -> None:
    """Ask what every report asks for all departments at once, so that each kernel receives it with the city."""
    city.state.coverage()
    city.register.perspectives()
    areas = (f"level:{area}" for area in city.skills.areas)
    for name in ("level", *areas, "security", "training", "ai_use"):
        for by in ("city", "department"):
            city.skills.measure(name, by)


def open_city(source: str | Path | CurrentState) -> City:
    """The analysed city behind ``source``: the batch's own where one is handed over, else read and analysed now.

    Raises
    ------
    DxauditError
        The source cannot be read.
    """
    handed = os.environ.get(HANDOVER)
    if handed:
        if handed not in _held:
            _held[handed] = pickle.loads(Path(handed).read_bytes())
        return _held[handed]
    from dxaudit.intake import read

    return analyse(source if isinstance(source, CurrentState) else read(source))


def hold(path: Path) -> None:
    """Load a handover into this process ahead of use (the server that kernels are forked from)."""
    _held[str(path)] = pickle.loads(path.read_bytes())


def packed(city: City) -> bytes:
    """The city as other processes of this batch receive it.

    It holds staff answers, and a pickle must not be open to writing: it goes to folders of this user's alone, which
    the batch removes.
    """
    return pickle.dumps(city, protocol=pickle.HIGHEST_PROTOCOL)
