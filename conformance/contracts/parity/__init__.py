"""Parity: a canary answers as the active target does."""
