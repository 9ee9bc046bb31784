"""Baselines: failures that are known and accepted, each with a reason, an owner and a day on which that ends."""
