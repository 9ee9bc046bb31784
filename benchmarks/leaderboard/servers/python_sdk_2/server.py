# mypy: ignore-errors
"""The workload on the Python SDK 2: `server.py PORT NAME VERSION [defaults]`."""

import json
import sys
from pathlib import Path

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations
from pydantic import BaseModel

CATALOGUE = json.loads((Path(__file__).parent.parent / "catalogue.json").read_text())
READS = ToolAnnotations(readOnlyHint=True)


class Item(BaseModel):
    sku: str
    name: str
    price: float
    in_stock: bool
    tags: list[str]


class Page(BaseModel):
    id: int
    title: str
    updated: str
    items: list[Item]


server = MCPServer(sys.argv[2], version=sys.argv[3])


@server.tool(annotations=READS)
def echo(message: str) -> str:
    """Give the message back."""
    return message


@server.tool(annotations=READS)
def lookup(id: int) -> Page:
    """Look up a page of the catalogue."""
    return Page(id=id, **CATALOGUE)


@server.resource("catalogue://about", mime_type="text/plain")
def about() -> str:
    """What the catalogue is."""
    return "A catalogue of widgets."


@server.prompt()
def describe(topic: str) -> str:
    """Ask for a description."""
    return f"Describe {topic} in one sentence."


if __name__ == "__main__":
    stateless = "defaults" not in sys.argv
    app = server.streamable_http_app(stateless_http=stateless, json_response=stateless)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
