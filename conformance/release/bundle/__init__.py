"""The evidence of a release in one archive, and how somebody else makes sure of it."""
