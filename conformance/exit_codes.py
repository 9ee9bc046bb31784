"""How a run ends, for scripts and CI jobs. The numbers 0 to 5 are pytest's, with the same or a wider meaning."""

OK = 0
"""The target conforms, as far as it was judged."""
BROKEN = 1
"""A MUST is broken (or a SHOULD, with --strict), or a test of the user's own failed."""
INTERRUPTED = 2
HARNESS = 3
"""An internal error of the harness."""
USAGE = 4
"""The command line or the configuration is wrong."""
NOTHING = 5
"""Nothing was judged."""
UNREACHABLE = 6
"""The target cannot be reached or does not speak MCP, or was lost on the way."""
INCOMPLETE = 7
"""A MUST was not judged, and --require-complete was given."""
