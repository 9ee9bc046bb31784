"""What users do, and how the load changes over time."""

from typing import Literal

Scenario = Literal[
    "agent-session", "tool-caller", "discovery", "session-churn", "stream-holder", "dispatch", "handshake", "raw"
]
Shape = Literal["constant", "ramp", "spike", "soak", "breaking-point"]
