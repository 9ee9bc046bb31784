# mypy: ignore-errors
"""The workload as routes of FastAPI, shown as tools by fastapi-mcp: `server.py PORT NAME`.

It has tools only, and does not annotate them, so that is done here.
"""

import json
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi_mcp import FastApiMCP
from mcp.types import ToolAnnotations
from pydantic import BaseModel

CATALOGUE = json.loads((Path(__file__).parent.parent / "catalogue.json").read_text())


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


app = FastAPI()


@app.get("/echo", operation_id="echo")
async def echo(message: str) -> str:
    """Give the message back."""
    return message


@app.get("/pages/{id}", operation_id="lookup")
async def lookup(id: int) -> Page:
    """Look up a page of the catalogue."""
    return Page(id=id, **CATALOGUE)


server = FastApiMCP(app, name=sys.argv[2])
for tool in server.tools:
    tool.annotations = ToolAnnotations(readOnlyHint=True)
server.mount_http()

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
