"""Rules about pages that every list result shows (server/utilities/pagination)."""

import re

from conformance.checks.invariants import invariant
from conformance.checks.rules.claims import LISTS, claimed
from conformance.protocol.reply import Reply
from conformance.wire.channel import Context


@invariant("pagination-cursor-string")
def cursors_are_strings(reply: Reply, context: Context) -> list[str] | None:
    if not re.fullmatch(LISTS, reply.method or "") or not reply.has_result:
        return None
    return claimed("pagination-cursor-string", reply, context)
