"""Service levels: availability, latency and errors, as observed and as measured."""
