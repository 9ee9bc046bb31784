"""Our server of the eMCP API: the gates in front, and the JSON-RPC layer behind them."""
