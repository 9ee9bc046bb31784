"""Bytes: HTTP exchanges and event streams, recorded and redacted."""
