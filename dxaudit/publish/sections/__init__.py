"""What a report says: one function per section, each from the analysed city to a `Section`.

`department` holds the sections of a department's report, `city` those of the whole city's; both read top to bottom
in the order of their functions. Every function has the shape ``name(city, [department,] lang) -> Section``.
"""
