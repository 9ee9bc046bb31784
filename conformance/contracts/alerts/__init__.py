"""Alerts and the rules behind them, as Prometheus tells them or as they stand in files."""
