"""The toolset of a profile on the wire: its calls by what they are for, and what the checks have to know of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.checks.expect import describe
from conformance.checks.outcomes import Blocked, NotTestable, not_applicable, not_testable, violation
from conformance.contracts.caller import Caller
from conformance.contracts.emcp.catalogue import names_of
from conformance.contracts.emcp.forms import filled
from conformance.contracts.emcp.results import items_of
from conformance.contracts.emcp.settings import Emcp, ToolCall
from conformance.contracts.emcp.tree import between, is_id, lowest
from conformance.contracts.personas import VALID, token_of
from conformance.protocol.messages import JsonObject
from conformance.protocol.reply import Reply

MOST_PAGES = 50
UNAUTHORIZED = (401, 403)
SEARCH = "emcp-search-result"
LISTED = "emcp-tools-canonical"


@dataclass(frozen=True, slots=True)
class Toolset:
    """`known` keeps what was read once, for all checks of a module."""

    caller: Caller
    settings: Emcp
    known: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, params: JsonObject | None = None, **options: Any) -> Reply:
        """A JSON-RPC request; `options` are those of `Caller.call`."""
        message = self.caller.message(method, params, id=options.pop("id", None))
        headers = {**self.caller.mcp_headers(message), **options.pop("headers", {})}
        return Reply(self.caller.send(body=message, headers=headers, **options), message)

    def call(self, tool: ToolCall, values: Mapping[str, Any] = {}, **options: Any) -> Reply:
        """A tools/call with the placeholders filled in. *Not testable* when the token may not call tools."""
        params = {"name": tool.tool, "arguments": filled(tool.arguments, dict(values))}
        return served(self.ask("tools/call", params, **options))

    def named(self, purpose: str) -> ToolCall:
        found = self.settings.calls.get(purpose)
        return found or not_applicable(f"the profile has no call {purpose} under [emcp.calls]")

    def run(self, purpose: str, **values: Any) -> Reply:
        """The call of this purpose."""
        return self.call(self.named(purpose), {"limit": 20, "offset": 0, **values})

    def structured(self, purpose: str, **values: Any) -> tuple[Reply, JsonObject]:
        """The structured content of a call that has to be served. Other calls of the tool that searches stand on the
        search."""
        searching = self.settings.calls.get("search")
        if searching and searching.tool == self.named(purpose).tool:
            self.search(1)
        reply = self.run(purpose, **values)
        content = structured_of(reply)
        if content is None:
            self.need_listed(self.named(purpose).tool)
            violation("a result with structuredContent", describe(reply), reply)
        return reply, content

    def need_listed(self, tool: str) -> None:
        """A tool that is not listed is reported once, and not again by what it would have given."""
        if tool not in names_of(self.tools()):
            raise Blocked(f"the tool {tool} is not listed", LISTED)

    def items(self, purpose: str, **values: Any) -> tuple[Reply, list[Any]]:
        reply, content = self.structured(purpose, **values)
        items = items_of(content, self.settings.shape)
        if items is None:
            violation(f"an array at structuredContent.{self.settings.shape.items}", describe(reply), reply)
        return reply, items

    def search(self, limit: int) -> tuple[Reply, list[JsonObject]]:
        """Documents, as the search shows them; other checks stand on it."""
        key = f"search {limit}"
        if key not in self.known:
            self.known[key] = self.run("search", limit=limit)
        reply = self.known[key]
        items = items_of(structured_of(reply), self.settings.shape)
        if items is None:
            raise Blocked(f"the search failed: {reply.outcome}", SEARCH)
        return reply, [item for item in items if isinstance(item, dict)]

    def document(self) -> int:
        """The id of a document; *not testable* where there is none."""
        ids = (item.get(self.settings.shape.id) for item in self.search(5)[1])
        found: int | None = next((id for id in ids if is_id(id)), None)
        return found or not_testable("the site has no document that a search shows")

    def nested(self) -> tuple[int, int]:
        """A document below another one, and the id of that one: the lowest that the tree shows."""
        if "tree" not in self.known:
            self.known["tree"] = self.items("tree")[1]
        found = lowest(self.known["tree"], self.settings.shape)
        return found or not_testable("no document of the tree is below another one")

    def within(self) -> tuple[int, int]:
        """A document in the middle of the tree, and its parent; where there is none, any that is below another one."""
        nested = self.nested()
        return between(self.known["tree"], self.settings.shape) or nested

    def pages(self) -> Iterator[Reply]:
        """tools/list, page by page."""
        if "pages" not in self.known:
            self.known["pages"] = list(self._pages())
        return iter(self.known["pages"])

    def _pages(self) -> Iterator[Reply]:
        cursor = None
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            reply = served(self.ask("tools/list", {"cursor": cursor} if cursor else {}))
            yield reply
            cursor = reply.result.get("nextCursor") if reply.has_result else None
            if not isinstance(cursor, str) or cursor in seen:
                return
            seen.add(cursor)

    def tools(self) -> list[Any]:
        """All listed tools."""
        listed: list[Any] = []
        for reply in self.pages():
            tools = reply.result.get("tools") if reply.has_result else None
            if not isinstance(tools, list):
                raise Blocked(f"tools/list: {reply.outcome}", LISTED)
            listed += tools
        return listed

    def need_running(self, tool: str) -> None:
        """The tool is listed and serves a call that is right: then a refusal is about the arguments."""
        if tool not in names_of(self.tools()):
            not_testable(f"the tool {tool} is not listed")
        purpose = next((name for name, call in self.settings.calls.items() if call.tool == tool), None)
        if purpose is None:
            return
        if f"running {tool}" not in self.known:
            values = {"limit": 1, "id": self.settings.person_id, "model": next(iter(self.settings.models), "")}
            self.known[f"running {tool}"] = self.run(purpose, **values)
        reply = self.known[f"running {tool}"]
        if not reply.has_result or reply.result.get("isError") is True:
            raise Blocked(f"{tool} does not serve a call that is right: {reply.outcome}", SEARCH)

    def as_admin(self) -> str:
        """The persona whose scopes cover every method, if this run has its credential."""
        admin = self.settings.admin_persona
        if not self.caller.has(admin):
            return VALID
        try:
            token_of(admin, self.caller.profile, self.caller.token)
        except NotTestable:
            return VALID
        return admin


def served(reply: Reply) -> Reply:
    """The reply, unless the credential or the rate kept the request from being carried out."""
    if reply.status in UNAUTHORIZED:
        not_testable(f"the scopes of the token do not cover {reply.method}: HTTP {reply.status}; give it that scope")
    if reply.status == 429:
        not_testable(f"{reply.method} was refused for its rate; run it again later")
    return reply


def structured_of(reply: Reply) -> JsonObject | None:
    """The structured content of a result that is no error."""
    content = reply.result.get("structuredContent") if reply.has_result else None
    return content if isinstance(content, dict) and reply.result.get("isError") is not True else None
