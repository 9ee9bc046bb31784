"""What a release has to show: the checklist, as it is read from a file."""
