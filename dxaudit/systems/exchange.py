"""The system map for other tools: GraphML (yEd, Gephi), GEXF (Gephi), ArchiMate Open Exchange (Archi).

ArchiMate: the Open Group's *ArchiMate Model Exchange File Format* 3.1; departments become business actors, businesses
business processes, systems application components, data data objects; a link without a direction is an association.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from xml.etree import ElementTree as xml

import networkx as nx

from dxaudit.writing import whole_file

# XML 1.0 knows no control characters; a cell may hold them.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {
    "department": "BusinessActor",
    "business": "BusinessProcess",
    "system": "ApplicationComponent",
    "data": "DataObject",
    "outside": "ApplicationComponent",
}
# relation → ArchiMate relationship, and whether its direction is turned (a system serves those who use it).
_RELATIONS = {
    "owns": ("Association", False),
    "uses": ("Serving", True),
    "performs": ("Assignment", False),
    "supports": ("Serving", False),
    "holds": ("Access", False),
    "sends": ("Flow", False),
    "links": ("Association", False),
}
_NAMESPACE = "http://www.opengroup.org/xsd/archimate/3.0/"
_SCHEMA = "http://www.opengroup.org/xsd/archimate/3.1/archimate3_Model.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def write_graphml(graph: nx.MultiDiGraph, path: Path) -> None:
    """The graph as GraphML."""
    with whole_file(path) as part:
        nx.write_graphml(_clean(graph), part, encoding="utf-8")


def write_gexf(graph: nx.MultiDiGraph, path: Path) -> None:
    """The graph as GEXF 1.2."""
    with whole_file(path) as part:
        nx.write_gexf(_clean(graph), part, encoding="utf-8", version="1.2draft")


def write_archimate(graph: nx.MultiDiGraph, path: Path, name: str = "dxaudit") -> None:
    """The graph as an ArchiMate Open Exchange model, which Archi imports; ``name`` is the model's name."""
    model = xml.Element("model", {"xmlns": _NAMESPACE, "xmlns:xsi": _XSI, "identifier": _identifier("model")})
    model.set("xsi:schemaLocation", f"{_NAMESPACE} {_SCHEMA}")
    _named(model, name)
    # The schema knows no empty list of elements, nor of relationships.
    if len(graph):
        elements = xml.SubElement(model, "elements")
        for node, data in graph.nodes(data=True):
            attributes = {"identifier": _identifier(node), "xsi:type": _ELEMENTS[data["kind"]]}
            _named(xml.SubElement(elements, "element", attributes), data["label"])
    if graph.number_of_edges():
        relationships = xml.SubElement(model, "relationships")
        for one, other, key, data in graph.edges(keys=True, data=True):
            kind, turned = _RELATIONS[data["relation"]]
            source, target = (other, one) if turned else (one, other)
            attributes = {
                "identifier": _identifier(f"{one}\n{other}\n{key}"),
                "source": _identifier(source),
                "target": _identifier(target),
                "xsi:type": kind,
            }
            relationship = xml.SubElement(relationships, "relationship", attributes)
            if data.get("method"):
                _named(relationship, data["method"])
    xml.indent(model)
    with whole_file(path) as part:
        xml.ElementTree(model).write(part, encoding="utf-8", xml_declaration=True)


def _named(element: xml.Element, name: str) -> None:
    xml.SubElement(element, "name", {"xml:lang": "ja"}).text = _FORBIDDEN.sub("", str(name)) or "-"


def _identifier(name: str) -> str:
    """An XML identifier that stays the same from run to run."""
    return "id-" + hashlib.sha256(name.encode()).hexdigest()[:24]


def _clean(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """The graph with identifiers and labels that XML can hold."""
    clean = nx.MultiDiGraph()
    for node, data in graph.nodes(data=True):
        clean.add_node(_identifier(node), **{k: _FORBIDDEN.sub("", str(v)) for k, v in data.items()})
    for one, other, data in graph.edges(data=True):
        clean.add_edge(_identifier(one), _identifier(other), **{k: _FORBIDDEN.sub("", str(v)) for k, v in data.items()})
    return clean
