"""The plan as it was or might be: frozen versions, comparisons, scenarios."""
