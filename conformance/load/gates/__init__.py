"""Thresholds of a service level, held against the result of a run."""
