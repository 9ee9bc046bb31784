"""mcp-conformance: does this MCP endpoint keep its contract?"""

__version__ = "0.1.0"
