"""The plan as it stands: moves, waves, months, and what has come of it."""
