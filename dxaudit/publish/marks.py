"""How our outputs say what they are: keys of the metadata and types of the data in an executed notebook."""

MARK = "dxaudit"
"""Key of our metadata on outputs and notebooks."""
TABLE_TYPE = "application/vnd.dxaudit.table+json"
"""Type of a table's values beside its HTML."""
