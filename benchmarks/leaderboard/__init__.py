"""What `make leaderboard` runs: real servers, one after the other, on this machine."""
