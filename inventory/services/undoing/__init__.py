"""Taking an action back: what that would do, and doing it by the rules everybody writes by."""
