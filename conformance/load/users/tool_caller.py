"""One arrival is one `tools/call`, in a session that stays open; tools are called in turn."""

from conformance.load.users.base import InTurn


class ToolCaller(InTurn):
    group = "call"
