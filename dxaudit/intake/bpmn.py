"""A BPMN 2.0 file → rows of the workflow table.

Every activity is a step, lanes and pools are actors, and gateways become branches of the step before them; a gateway
that has no single step before it is a step of its own that takes no time. Sub-processes are read in their place.
What a step table cannot say is not guessed: it is a finding. Times, media and shares come from the attributes that
dxaudit's own files carry (``vocabulary/workflow.toml``, ``[bpmn]``), a share also from a flow's name (``不備 (20%)``).
Element names as in OMG, Business Process Model and Notation 2.0 (formal/2011-01-03).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import load, text

ROW_COLUMNS = (
    "business_id", "business", "department", "step", "actor", "action", "medium", "system", "work_minutes",
    "wait_hours", "rework_rate", "branch", "next_step", "probability", "source_row",
)  # fmt: skip

_ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "callActivity",
    }
)
_CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_CATCHES = frozenset({"intermediateCatchEvent"})
_GATEWAYS = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"}
)
_PASSED = frozenset({"startEvent", "intermediateThrowEvent", "endEvent", "boundaryEvent"})
_BESIDE = frozenset({"textAnnotation", "dataObjectReference", "dataStoreReference", "group"})
_NODES = _ACTIVITIES | _CONTAINERS | _CATCHES | _GATEWAYS | _PASSED
_SHARE = re.compile(r"^(.*?)\s*[(（]?\s*(\d+(?:\.\d+)?)\s*[%％]\s*[)）]?\s*$", re.DOTALL)


@dataclass
class _Element:
    name: str
    attributes: dict[str, str]
    line: int
    children: list[_Element] = field(default_factory=list)
    said: str = ""

    def all(self, *names: str) -> Iterator[_Element]:
        return (child for child in self.children if child.name in names)

    def get(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")

    def title(self) -> str:
        return " ".join(self.get("name").split())


def read_bpmn(path: Path) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """The step rows of a BPMN file, and what in it a step table cannot say.

    Returns
    -------
    rows : DataFrame
        `ROW_COLUMNS`: canonical columns of the workflow table, and ``source_row``, the line of the element.
    findings : list of dict
        severity, rule, cell (the line), message.

    Raises
    ------
    DxauditError
        No XML, no BPMN 2.0, or no process in it.
    """
    root = _parsed(path)
    processes = list(root.all("process"))
    if not any(_steps_in(process) for process in processes):
        raise DxauditError(
            text("workflow.bpmn.no_process"), where=path.name, remedy=text("workflow.bpmn.no_process_remedy")
        )
    pools = {
        participant.get("processRef").split(":")[-1]: participant
        for collaboration in root.all("collaboration")
        for participant in collaboration.all("participant")
    }
    messages = [flow for collaboration in root.all("collaboration") for flow in collaboration.all("messageFlow")]
    rows: list[dict[str, object]] = []
    findings: list[dict[str, object]] = []
    drawn = [process for process in processes if _steps_in(process)]
    for process in drawn:
        pool = pools.get(process.get("id"))
        reader = _Process(process, pool, path.stem if len(drawn) == 1 else "")
        rows += reader.rows()
        findings += reader.findings
    if messages and len(drawn) > 1:
        findings.append(_finding("info", "message_flows", messages[0].line, count=len(messages)))
    return pd.DataFrame(rows, columns=list(ROW_COLUMNS)), findings


def is_bpmn(head: bytes) -> bool:
    """Whether the first bytes of an XML file name BPMN 2.0."""
    return load("workflow")["bpmn"]["model"].encode() in head


def _finding(severity: str, rule: str, line: int, **values: object) -> dict[str, object]:
    message = text(f"workflow.bpmn.{rule}", **values)
    return {"severity": severity, "rule": f"bpmn.{rule}", "cell": str(line), "message": message}


def _steps_in(container: _Element) -> bool:
    return any(child.name in _ACTIVITIES | _CONTAINERS for child in container.children)


def _parsed(path: Path) -> _Element:
    """The definitions of the file, each element with its line. Documents that declare entities are refused."""
    names = load("workflow")["bpmn"]
    parser = expat.ParserCreate(namespace_separator=" ")
    stack: list[_Element] = [_Element("", {}, 0)]

    def local(name: str) -> str:
        space, _, bare = name.rpartition(" ")
        return bare if space in ("", names["model"]) else f"dxaudit:{bare}" if space == names["own"] else name

    def start(name: str, attributes: dict[str, str]) -> None:
        element = _Element(local(name), {local(k): v for k, v in attributes.items()}, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def characters(said: str) -> None:
        stack[-1].said += said

    def declared(*_: object) -> None:
        # An entity may grow without end (billion laughs); a drawing has no need of one.
        raise DxauditError(
            text("workflow.bpmn.entities"), where=path.name, remedy=text("workflow.bpmn.entities_remedy")
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: stack.pop()
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(path.read_bytes(), True)
    except (expat.ExpatError, ValueError) as error:
        raise DxauditError(
            text("workflow.bpmn.not_xml", error=error), where=path.name, remedy=text("workflow.bpmn.not_xml_remedy")
        ) from None
    root = stack[0].children[0]
    if root.name != "definitions":
        raise DxauditError(text("workflow.bpmn.not_bpmn"), where=path.name, remedy=text("workflow.bpmn.not_xml_remedy"))
    return root


@dataclass
class _Way:
    """One way out of a node: to which node, under which name, with which share (None where not said)."""

    target: str
    label: str
    share: float | None


class _Process:
    """One process on its way to step rows."""

    def __init__(self, process: _Element, pool: _Element | None, fallback: str) -> None:
        self.process, self.pool = process, pool
        self.name = process.title() or (pool.title() if pool is not None else "") or fallback or process.get("id")
        self.findings: list[dict[str, object]] = []
        self.nodes: dict[str, _Element] = {}
        self.ways: dict[str, list[_Way]] = {}
        self.actor: dict[str, str] = {}
        self.inside: dict[str, str] = {}
        self.stores: dict[str, str] = {}
        self._collect(process, "")
        self._left_out()
        for lanes in process.all("laneSet"):
            self._lanes(lanes)
        self._boundaries()

    def _say(self, severity: str, rule: str, element: _Element, **values: object) -> None:
        self.findings.append(_finding(severity, rule, element.line, business=self.name, **values))

    def _collect(self, container: _Element, parent: str) -> None:
        for child in container.children:
            identifier = child.get("id")
            if child.name == "sequenceFlow":
                self._way(child)
            elif child.name in _NODES and identifier:
                if child.get("triggeredByEvent") == "true":
                    self._say("info", "event_subprocess", child, name=child.title())
                    continue
                self.nodes[identifier] = child
                self.inside[identifier] = parent
                if child.name in _CONTAINERS:
                    self._collect(child, identifier)
                self._repeated(child)

    def _left_out(self) -> None:
        """What is drawn beside the flow: data stores are systems, the rest is counted."""
        beside = [e for e in self._everything(self.process) if e.name in _BESIDE]
        for element in beside:
            if element.name == "dataStoreReference" and element.title():
                self.stores[element.get("id")] = element.title()
        rest = [e for e in beside if e.get("id") not in self.stores]
        if rest:
            self._say("info", "beside", rest[0], count=len(rest))

    def _everything(self, container: _Element) -> Iterator[_Element]:
        for child in container.children:
            yield child
            yield from self._everything(child)

    def _system(self, node: _Element) -> str | None:
        """The system that a step names itself, or the data store that it reads or writes."""
        if node.get("dxaudit:system"):
            return node.get("dxaudit:system")
        for link in node.all("dataOutputAssociation", "dataInputAssociation"):
            for end in link.all("targetRef", "sourceRef"):
                if end.said.strip() in self.stores:
                    return self.stores[end.said.strip()]
        return None

    def _way(self, flow: _Element) -> None:
        label, share = _shared(flow.title())
        own = flow.get("dxaudit:share")
        if own:
            share = _number(own)
        self.ways.setdefault(flow.get("sourceRef"), []).append(_Way(flow.get("targetRef"), label, share))

    def _repeated(self, node: _Element) -> None:
        if any(node.all("multiInstanceLoopCharacteristics")):
            self._say("info", "multi_instance", node, name=node.title())
        if any(node.all("standardLoopCharacteristics")):
            self._say("info", "loop", node, name=node.title())

    def _lanes(self, lanes: _Element) -> None:
        for lane in lanes.all("lane"):
            for reference in lane.all("flowNodeRef"):
                self.actor[reference.said.strip()] = lane.title()
            for nested in lane.all("childLaneSet"):
                self._lanes(nested)

    def _boundaries(self) -> None:
        """An event at the edge of an activity is another way out of it; how often it happens is seldom said."""
        for identifier, node in self.nodes.items():
            if node.name != "boundaryEvent":
                continue
            host = self._exits(node.get("attachedToRef"))
            for source in host:
                # An activity without a way out ends the process; beside the event that must still be said.
                self.ways.setdefault(source, [_Way("", "", None)])
            for way in self.ways.get(identifier, ()):
                share = way.share
                if share is None:
                    share = 0.0
                    self._say("warning", "boundary", node, name=node.title() or identifier)
                label = node.title() or way.label
                for source in host:
                    self.ways[source].append(_Way(way.target, label, share))

    def _exits(self, identifier: str) -> list[str]:
        """The steps from which an activity is left early: itself, or the first steps of a sub-process."""
        if identifier not in self.nodes:
            return []
        return self._starts(identifier) if self._expanded(identifier) else [identifier]

    # From here on the graph is looked at as it will stand in the table.

    def rows(self) -> list[dict[str, object]]:
        starts = self._starts("")
        kept = [key for key, node in self.nodes.items() if self._is_step(key, node)]
        order = self._ordered(starts, set(kept))
        if len(starts) > 1:
            self._say("info", "several_starts", self.process, count=len(starts))
        number = {key: str(i) for i, key in enumerate(order, start=1 + (len(starts) > 1))}
        found: list[dict[str, object]] = []
        if len(starts) > 1:
            ways = [_Way(target, "", None) for target in starts]
            found += self._lines("1", None, text("workflow.chart.start"), ways, number, self.process)
        for key in order:
            node = self.nodes[key]
            found += self._lines(number[key], key, self._action(node), self._ways_of(key), number, node)
        left = [key for key in kept if key not in number]
        for key in left:
            self._say("warning", "unreached", self.nodes[key], name=self.nodes[key].title() or key)
        return found

    def _starts(self, parent: str) -> list[str]:
        """The first steps of a container, after its start events (or those nodes that nothing leads to)."""
        members = [key for key, holder in self.inside.items() if holder == parent]
        events = [key for key in members if self.nodes[key].name == "startEvent"]
        if not events:
            led_to = {way.target for ways in self.ways.values() for way in ways}
            events = [key for key in members if key not in led_to and self.nodes[key].name != "boundaryEvent"]
        first = [target for key in events for target in self._first_steps(key, set())]
        return list(dict.fromkeys(first))

    def _first_steps(self, key: str, seen: set[str]) -> list[str]:
        if key in seen or key not in self.nodes:
            return []
        if self._is_step(key, self.nodes[key]):
            return [key]
        if self._expanded(key):
            return self._starts(key)
        found: list[str] = []
        for way in self.ways.get(key, ()):
            found += self._first_steps(way.target, seen | {key})
        return found

    def _expanded(self, key: str) -> bool:
        return self.nodes[key].name in _CONTAINERS and _steps_in(self.nodes[key])

    def _is_step(self, key: str, node: _Element) -> bool:
        if node.name in _ACTIVITIES | _CATCHES:
            return True
        if node.name in _CONTAINERS:
            return not _steps_in(node)
        return node.name in _GATEWAYS and self._splits(key) and self._gateway_owner(key) is None

    def _splits(self, key: str) -> bool:
        return len(self.ways.get(key, ())) > 1

    def _gateway_owner(self, key: str) -> str | None:
        """The single activity whose branches a splitting gateway holds, None where it must be a step of its own."""
        sources = [source for source, ways in self.ways.items() for way in ways if way.target == key]
        if len(sources) != 1 or sources[0] not in self.nodes:
            return None
        source = self.nodes[sources[0]]
        alone = len(self.ways[sources[0]]) == 1
        return sources[0] if alone and source.name in _ACTIVITIES | _CATCHES else None

    def _ways_of(self, key: str) -> list[_Way]:
        """The ways out of a step: through the gateway that it owns, and past all that takes no time."""
        held = self.ways.get(key, [])
        marked = ""
        if len(held) == 1 and held[0].target in self.nodes:
            gateway = self.nodes[held[0].target]
            if (
                gateway.name in _GATEWAYS
                and self._splits(held[0].target)
                and self._gateway_owner(held[0].target) == key
            ):
                held = self.ways[held[0].target]
                marked = gateway.name
        elif self.nodes[key].name in _GATEWAYS:
            marked = self.nodes[key].name
        elif len(held) > 1 and all(way.share is None and not way.label for way in held):
            # Several unconditional flows out of an activity run side by side (BPMN 2.0, 13.2.1).
            marked = "parallelGateway"
        found = []
        words = load("workflow")["bpmn"]
        for way in held or [_Way("", "", None)]:
            landing = self._landing(way.target, key, set())
            share = None if way.share is None else way.share / max(1, len(landing))
            label = " ".join(part for part in (words["marks"].get(marked, ""), way.label) if part)
            found += [_Way(target, label, share) for target in landing]
        return found

    def _landing(self, key: str, source: str, seen: set[str]) -> list[str]:
        """The steps at which a way arrives; ``""`` is the end of the process."""
        if key in seen:
            return []
        if key not in self.nodes:
            return self._after_container(source)
        node = self.nodes[key]
        if self._is_step(key, node):
            return [key]
        if self._expanded(key):
            return self._starts(key) or self._onward(key, seen)
        if node.name == "endEvent" or not self.ways.get(key):
            if any(node.all("terminateEventDefinition")):
                return [""]
            return self._after_container(key)
        return self._onward(key, seen)

    def _onward(self, key: str, seen: set[str]) -> list[str]:
        if not self.ways.get(key):
            return self._after_container(key)
        found: list[str] = []
        for way in self.ways[key]:
            found += self._landing(way.target, key, seen | {key})
        return list(dict.fromkeys(found))

    def _after_container(self, key: str) -> list[str]:
        """What follows the end of a sub-process: the ways out of the sub-process itself."""
        holder = self.inside.get(key, "")
        if not holder:
            return [""]
        return self._onward(holder, set())

    def _ordered(self, starts: list[str], kept: set[str]) -> list[str]:
        """Steps in the order of the flow: by the longest way from the start, leaving out ways back."""
        state: dict[str, int] = {}
        finished: list[str] = []
        for start in starts:
            if start in state:
                continue
            stack = [(start, iter(self._ways_of(start)))]
            state[start] = 1
            while stack:
                key, ways = stack[-1]
                for way in ways:
                    if way.target in kept and way.target not in state:
                        state[way.target] = 1
                        stack.append((way.target, iter(self._ways_of(way.target))))
                        break
                else:
                    state[key] = 2
                    finished.append(key)
                    stack.pop()
        # Reverse of the order in which a depth-first walk leaves the nodes: a topological order but for ways back.
        return finished[::-1]

    def _action(self, node: _Element) -> str:
        if node.title():
            return node.title()
        kinds = load("workflow")["bpmn"]["names"]
        return kinds.get(node.name, kinds["task"])

    def _actor(self, key: str | None) -> str | None:
        while key:
            if self.actor.get(key):
                return self.actor[key]
            key = self.inside.get(key, "")
        return self.pool.title() or None if self.pool is not None else None

    def _lines(
        self, number: str, key: str | None, action: str, ways: list[_Way], numbers: dict[str, str], node: _Element
    ) -> list[dict[str, object]]:
        said = node.attributes
        gateway = node.name in _GATEWAYS or key is None
        step: dict[str, object] = {
            "business_id": self.process.get("dxaudit:businessId") or None,
            "business": self.name,
            "department": self.process.get("dxaudit:department") or None,
            "step": number,
            "actor": self._actor(key),
            "action": action,
            "medium": said.get("dxaudit:medium"),
            "system": self._system(node),
            # A decision takes no time of its own; the work before it does.
            "work_minutes": 0.0 if gateway else _number(said.get("dxaudit:workMinutes")),
            "wait_hours": 0.0 if gateway else _number(said.get("dxaudit:waitHours")),
            "source_row": node.line,
        }
        found = []
        ends = load("workflow")["words"]["end"][0]
        for way in ways or [_Way("", "", None)]:
            probability = None if way.share is None else 100 * way.share
            target = numbers.get(way.target, ends)
            found.append({**step, "branch": way.label or None, "next_step": (target,), "probability": probability})
            # The further rows of a step are its branches and carry nothing else.
            step = {k: step[k] for k in ("business_id", "business", "department", "step", "source_row")}
        return found


def _shared(name: str) -> tuple[str, float | None]:
    """``不備あり (20%)`` → (``不備あり``, 0.2)."""
    found = _SHARE.match(name)
    return (found.group(1).strip(), float(found.group(2)) / 100) if found else (name, None)


def _number(written: str | None) -> float | None:
    try:
        return float(written) if written else None
    except ValueError:
        return None
