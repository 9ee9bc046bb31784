"""What our eMCP server does: its defaults keep every clause."""

from dataclasses import dataclass, field

from conformance.reference.contracts.emcp.toolset import Toolset


@dataclass(frozen=True)
class EmcpBehaviour:
    """The gates, and the `toolset` behind them."""

    toolset: Toolset = field(default_factory=Toolset)
