"""The business API of Level 3: validation, promotion, artifacts, by route sets that are data."""
