"""Load with permission, form, one service call, redirect or render."""
