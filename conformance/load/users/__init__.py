"""Locust users that speak MCP, one file a scenario. With them comes Locust, which patches the standard library."""
