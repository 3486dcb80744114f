"""What goes out as a file: the workbook of the plan, and any list."""
