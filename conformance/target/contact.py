"""First contact: the channel to the target, and whether anybody there can be judged at all."""

from conformance import __version__
from conformance.protocol.modern import modern_peer
from conformance.protocol.reply import Reply
from conformance.protocol.revisions import MODERN
from conformance.target.config import RunConfig
from conformance.target.errors import ConfigError, TargetError
from conformance.wire.channel import Channel
from conformance.wire.http import HttpWire, join_url, same_origin
from conformance.wire.pacing import Pace, RetryBudget
from conformance.wire.redact import Redactor

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 307, 308)
NOBODY = ("unreachable", "tls")


def open_channel(config: RunConfig, wire: HttpWire, url: str | None = None, share: int = 1) -> Channel:
    """The channel that a run speaks over; rate and budget are divided by `share` workers."""
    headers = (("user-agent", f"mcp-conformance/{__version__}"), *config.headers)
    if config.token:
        headers += (("authorization", f"Bearer {config.token}"),)
    pace = Pace(
        config.max_rps / share if config.max_rps else None,
        max(1, config.request_budget // share) if config.request_budget else None,
    )
    return Channel(
        wire, url or config.url, headers, config.timeout, pace, RetryBudget(config.retry_budget),
        Redactor(config.secrets),
    )  # fmt: skip


def first_contact(channel: Channel, notes: list[str]) -> Reply:
    """The answer to server/discover, after redirects, which the channel adopts and `notes` tell about.

    Raises `TargetError` when nobody is there, TLS fails, or the way leads elsewhere.
    """
    for _ in range(MOST_REDIRECTS):
        reply = modern_peer(channel, MODERN[-1]).request("server/discover")
        if reply.exchange.ending in NOBODY:
            raise TargetError(unreachable(channel.url, reply))
        location = reply.header("location")
        if reply.status not in REDIRECTS or not location:
            return reply
        _follow(channel, join_url(channel.url, location), notes)
    raise TargetError(f"{channel.url} redirects without end")


def _follow(channel: Channel, url: str | None, notes: list[str]) -> None:
    """Adopt a redirect within the origin; credentials are never carried to another one."""
    if url is None:
        raise TargetError(f"{channel.url} redirects to something that is no URL")
    if not same_origin(channel.url, url):
        raise TargetError(f"{channel.url} redirects to another origin; if you trust it, use --target={url}")
    notes.append(f"the endpoint redirects to {url}, which was judged")
    channel.url = url


def unreachable(url: str, reply: Reply) -> str:
    """Why there is no answer, in one line."""
    if reply.exchange.ending == "tls":
        return f"{url}: TLS failed: {reply.exchange.failure}; see --ca-bundle, --client-cert or --insecure"
    return f"{url}: not reachable: {reply.exchange.failure}"


def is_silent(reply: Reply) -> bool:
    """Whether no usable answer came: no status line, or a body that brought nothing and did not end."""
    exchange = reply.exchange
    return not exchange.answered or (exchange.ending != "complete" and not exchange.messages)


def no_mcp(config: RunConfig, url: str, first: Reply, last: Reply | None) -> Exception:
    """What to tell about a target that showed no sign of MCP: its first answer, and that to initialize, if asked."""
    reply = last or first
    if reply.status == 401:
        given = bool(config.token) or any(name.lower() == "authorization" for name, _ in config.headers)
        how = "the credential is not accepted" if given else "use --token-env, --token-file or --token-command"
        return ConfigError(f"{url} answers 401, it wants a credential: {how}")
    if is_silent(reply):
        return TargetError(f"{url}: no answer: {reply.exchange.failure or reply.outcome}")
    return TargetError(f"{url} does not speak MCP: {reply.outcome}{_hint(reply)}")


def _hint(reply: Reply) -> str:
    if reply.exchange.media_type == "text/html":
        return " (HTML: is this the MCP endpoint, or a web page?)"
    if reply.status == 403:
        return " (is the credential allowed to use this endpoint?)"
    if reply.status == 429:
        return " (too many requests: try again later, with --max-rps)"
    return ""
