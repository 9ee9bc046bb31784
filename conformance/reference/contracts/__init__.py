"""Our server of the operators' contracts."""
