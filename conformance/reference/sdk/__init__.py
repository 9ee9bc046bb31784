"""The part of the reference server that stands on the official `mcp` package, and the repairs over it."""
