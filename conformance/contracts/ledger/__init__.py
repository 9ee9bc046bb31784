"""The rotation ledger: a JSONL file to which each rotation of a connector's credential appends one line."""
