"""Files are written whole, whatever the text holds."""

import os

from dxaudit.writing import write_text


def test_a_file_name_of_foreign_bytes_can_be_written_about(tmp_path):
    foreign = os.fsdecode(b"\x8e\x73\x96\xaf.xlsx")
    write_text(tmp_path / "told.txt", f"市民課 {foreign}")
    assert (tmp_path / "told.txt").read_text(encoding="utf-8") == "市民課 \\udc8es\\udc96\\udcaf.xlsx"
