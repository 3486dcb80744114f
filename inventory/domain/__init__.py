"""Computes and decides over plain values. No query, no clock, no settings, no Django."""
