"""Comments and notices."""
