"""A file of calls on its way in: kept, previewed row by row, taken in as one action, and taken back."""
