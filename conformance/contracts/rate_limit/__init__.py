"""Rate limits: how many requests a window holds, and what a refused one is told."""
