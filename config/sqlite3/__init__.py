"""Django's SQLite, but that those who wait to write get their turn."""
