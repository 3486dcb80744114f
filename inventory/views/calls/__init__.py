"""Features, their calls and the parts of those."""
