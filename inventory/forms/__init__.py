"""Clean input and word the errors. Forms never save and never call a service."""
