"""The plan, its moves and waves, and what came of it."""
