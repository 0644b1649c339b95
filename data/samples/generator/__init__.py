"""The sample city: its truth (what the departments do), its handwriting (how they wrote it down), and what follows.

``python generate.py`` in the folder above writes the committed city; see ``docs/sample-city.md``.

city.py          the prose in ``city/*.toml`` as values: departments, their work, their systems
people.py        who works there, and what they answered
businesses.py    a department's work with hours, media, manuals … as its character says
systems.py       the systems, their contracts, and which of them are known duplicates
expected.py      which issues hold, computed from the truth by the catalogue's definitions
handwriting.py   one true value as a hurried person writes it
layouts.py       how each bureau lays out its workbook: titles, headers, units, marks
complaints.py    what people complain about
governance.py, flows.py   the questionnaire's answers, eight businesses step by step
workbooks.py     the bureaus' workbooks; headoffice.py the lists kept centrally
write.py         all of it: answers, clean truth, what a reader must find
"""
