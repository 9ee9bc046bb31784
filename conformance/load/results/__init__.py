"""What a load run leaves behind: the result file, its summary and whether it may be believed."""
