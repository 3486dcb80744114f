"""The price book, discounts, and what costs come to after a change of it."""
