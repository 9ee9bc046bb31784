"""The leaderboard: results of load runs side by side, ranked within what their noise allows."""
