"""Features and their calls, split or whole."""
