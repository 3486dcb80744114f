"""The waiting test: answered apart or together, reconciled, checked again."""
