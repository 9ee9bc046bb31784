"""Performance of a run, measured from outside: `make bench`."""
