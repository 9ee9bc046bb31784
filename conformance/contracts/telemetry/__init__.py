"""Telemetry: snapshots of the operations as JSONL, and what they say about the window after a promotion."""
