"""Verdicts and the views of them."""
