"""The workbook's charts: drawn by the spreadsheet from cells, so that they follow what is changed there."""

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

from inventory.exchange.workbook import Sheet

BATCH, REAL_TIME, TOTAL, GHOST, HAIRLINE = "2A8C82", "C77D0A", "6B7280", "C9CDD3", "E5E7EB"
BRIDGE = (("ground", "", None), ("total", "A month", TOTAL), ("less", "Less", BATCH), ("more", "More", REAL_TIME),
          ("ghost", "Possible, not counted", GHOST))  # fmt: skip
WIDTH, HEIGHT = 24, 11  # centimetres
LAST_ROW = 50  # on which the lower one ends
Rows = tuple[int, int]


def bridge(sheet: Sheet, rows: Rows) -> None:
    """From what a month costs today to what it costs after: each change hangs on an invisible bar."""
    chart = _bars("From today to after, $ a month", "E2")
    chart.grouping, chart.overlap, chart.gapWidth = "stacked", 100, 40
    for column, name, colour in BRIDGE:
        chart.series.append(_series(sheet, column, name, rows, colour))
    chart.set_categories(_cells(sheet, "step", rows))
    chart.legend.legendEntry = [LegendEntry(idx=0, delete=True)]  # of the bar that is not seen
    sheet.inner.add_chart(chart)


def ramp(sheet: Sheet, rows: Rows) -> None:
    """What the waves save month by month, as they start and grow."""
    chart = _bars("Saved by the waves, month by month, at today's volume, $", "E26")
    chart.legend = None
    chart.gapWidth = 40
    chart.series.append(_series(sheet, "amount", "Saved", rows, BATCH))
    chart.set_categories(_cells(sheet, "month", rows))
    chart.x_axis.number_format = "yyyy-mm"
    sheet.inner.add_chart(chart)


def _bars(title: str, anchor: str) -> BarChart:
    chart = BarChart()
    chart.title, chart.anchor, chart.width, chart.height = title, anchor, WIDTH, HEIGHT
    chart.y_axis.number_format = "#,##0"
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=HAIRLINE))
    chart.x_axis.delete = chart.y_axis.delete = False  # without it newer spreadsheets hide both
    return chart


def _series(sheet: Sheet, column: str, name: str, rows: Rows, colour: str | None) -> Series:
    found = Series(_cells(sheet, column, rows))
    found.tx = SeriesLabel(v=name)
    if colour is None:
        found.graphicalProperties.noFill = True
        found.graphicalProperties.line.noFill = True
    else:
        found.graphicalProperties.solidFill = colour
    return found


def _cells(sheet: Sheet, column: str, rows: Rows) -> Reference:
    return Reference(
        range_string=f"{sheet.title}!${sheet.letters[column]}${rows[0]}:${sheet.letters[column]}${rows[1]}"
    )
