"""What a call costs, by the price book, and what changes when that does."""
