"""Files in and out, as plain values. No query and no Django."""
