"""What a promotion leaves behind: its record, who serves, the flags switched, and a rollback where one was due."""
