"""What a release came to, as a record, a page and a summary."""
