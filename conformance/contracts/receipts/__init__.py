"""Receipts, packets and summaries of rehearsals: what a run says about itself, judged from its files alone."""
