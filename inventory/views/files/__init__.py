"""Exports, imports, and the jobs that carry them."""
