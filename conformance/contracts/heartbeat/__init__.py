"""The heartbeats by which a connector keeps its session alive."""
