"""Counts and histograms of a run, kept while it runs and merged over processes."""
