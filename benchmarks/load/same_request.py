"""The one request that all generators send, for a comparison of equals."""

BODY = (
    '{"jsonrpc":"2.0","id":1,"method":"tools/call",'
    '"params":{"name":"echo","arguments":{"message":"hello"}}}'
)  # fmt: skip
HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
