"""History, found and opened, as of any moment, reviewed, undone."""
