"""Rules by which a run may be believed, or not."""
