"""One arrival is one question about what the server has: each of its lists in turn."""

from conformance.load.users.base import InTurn


class Discovery(InTurn):
    group = "list"
