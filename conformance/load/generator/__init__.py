"""The process that generates load. It imports Locust; the command that starts it does not."""
