"""Health endpoints: what probes, balancers and people on call look at."""
