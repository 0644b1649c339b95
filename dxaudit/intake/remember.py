"""What the analyst decided about an uncertain column, kept in the city's ``dxaudit.toml``."""

from __future__ import annotations

from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from dxaudit.errors import DxauditError
from dxaudit.settings import FILE_NAME, Settings, read_settings
from dxaudit.vocabulary import columns as canonical_columns
from dxaudit.vocabulary import tables
from dxaudit.writing import write_text


def remember_column(folder: str | Path, table: str, header: str, column: str) -> Settings:
    """Write ``[columns.<table>] "<header>" = "<column>"`` into the folder's ``dxaudit.toml``; comments stay.

    Parameters
    ----------
    folder : str or Path
        The city's folder (where the settings file stands, or will stand).
    table, header : str
        Canonical table, and the header text as the finding names it (levels joined by ``_``).
    column : str
        Canonical column; "" where the header means none and shall not be asked about again.

    Returns
    -------
    Settings
        As they now are; read again with them.

    Raises
    ------
    DxauditError
        No such table or column, or a settings file that is no TOML.

    Examples
    --------
    >>> import tempfile
    >>> remember_column(tempfile.mkdtemp(), "systems", "利用形態", "architecture").columns["systems"]["利用形態"]
    'architecture'
    """
    if table not in tables():
        raise DxauditError(f"「{table}」という表はありません", remedy=f"{', '.join(tables())} のいずれかにしてください")
    if column and column not in canonical_columns(table):
        raise DxauditError(
            f"表「{table}」に「{column}」という項目はありません",
            remedy=f"{', '.join(canonical_columns(table))} のいずれかにしてください",
        )
    path = Path(folder) / FILE_NAME
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig")) if path.exists() else tomlkit.document()
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise DxauditError(f"設定ファイルがTOMLとして読めません ({error})", where=FILE_NAME) from None
    held = document.setdefault("columns", tomlkit.table(is_super_table=True))
    held.setdefault(table, tomlkit.table())[header] = column
    write_text(path, tomlkit.dumps(document))
    return read_settings(path)
