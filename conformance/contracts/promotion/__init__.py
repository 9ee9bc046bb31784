"""What a promotion leaves behind: its record, who serves, flags that were switched, and a rollback where one was due."""
