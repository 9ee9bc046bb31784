"""Runs the steps of a checklist in order, side by side where that is safe, and again after a failure."""
