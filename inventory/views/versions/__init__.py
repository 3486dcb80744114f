"""Frozen versions, comparisons and scenarios."""
