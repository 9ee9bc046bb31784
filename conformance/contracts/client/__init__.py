"""Judges a connector or a smoke command: it is run against a gateway that the harness plays itself."""
