"""The safe upgrade: preflight, canary, shadow checks, promotion, watch window and rollback."""
