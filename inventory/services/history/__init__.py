"""What was done, read back: found, shown, replayed, verified, reviewed."""
