"""Load: protocol-faithful traffic at a planned rate, honest latencies, and what follows from them."""
