"""LibreOffice, where it is installed, as the stranger who opens a workbook and lets it calculate."""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
needed = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed (soffice): no workbook is recalculated"
)


def recalculated(files: Iterable[Path], folder: Path) -> dict[str, Workbook]:
    """The files by name, with the values LibreOffice comes to; what was written beside the formulas it disregards."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(ALWAYS)
    out = folder / "out"
    command = ["soffice", f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(out), *map(str, files)], check=True, capture_output=True, timeout=120)
    return {path.stem: load_workbook(path, data_only=True) for path in sorted(out.iterdir())}


def saved(path: Path, kind: str, folder: Path) -> bytes:
    """The file as LibreOffice saves it again: as `xlsx`, or as `csv` with semicolons."""
    profile = (folder / f"profile-{kind}").as_uri()
    form = {"xlsx": "xlsx:Calc MS Excel 2007 XML", "csv": "csv:Text - txt - csv (StarCalc):59,34,76,1"}[kind]
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        form,
        "--outdir",
        str(folder / kind),
    ]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=120)
    return (folder / kind / f"{path.stem}.{kind}").read_bytes()
