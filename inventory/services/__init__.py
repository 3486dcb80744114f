"""One write, one function: keyword-only, by= whom and at= when, one transaction, one action in the history."""
