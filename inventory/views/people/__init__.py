"""Signing in, people and teams."""
