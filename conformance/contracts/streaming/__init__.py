"""Streams: events that come when they happen, heartbeats between them, and an end."""
