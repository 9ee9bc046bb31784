"""What can be wrong before anything is judged."""


class ConfigError(Exception):
    """A setting is wrong. The message names the key and the fix, in one line."""


class TargetError(Exception):
    """The target cannot be judged at all: not reachable, or not MCP. The message is one line."""
