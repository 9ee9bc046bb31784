"""Operators' promises that the specification of MCP does not hold, judged from artifacts."""
