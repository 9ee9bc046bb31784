"""Metrics in the text formats of Prometheus and OpenMetrics: how they are read, and what they have to be."""
