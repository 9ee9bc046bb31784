"""Which rules own the problems of the JSON-RPC envelope (basic/index#messages).

What a requirement of this table owns is its own in each revision that has it, see `claims.claimed`.
"""

from conformance.checks.rules.claim import Claim

CONFORM = "jsonrpc-messages-conform-2-0"
_SERVER_INFO = "io.modelcontextprotocol~1serverInfo"
_ABSENT = "must not be present"
_CODE_AND_MESSAGE = ("jsonrpc-error-has-code-and-message", "jsonrpc-error-has-code-and-message-2024")

ENVELOPE = (
    Claim("jsonrpc-notification-no-id", "notifications/.*", "/id$", kind="request"),
    Claim("jsonrpc-request-id-not-null", ".*", "/id$", "^is null", kind="request"),
    Claim("jsonrpc-request-id-string-or-integer", ".*", "/id$", kind="request"),
    Claim("jsonrpc-response-id-matches", ".*", "/id$", kind="result"),
    Claim("jsonrpc-error-response-id-matches", ".*", "/id$", kind="error"),
    Claim("jsonrpc-result-and-error-exclusive", ".*", "/(result|error)$", _ABSENT, kind="result"),
    Claim("jsonrpc-result-and-error-exclusive", ".*", "/(result|error)$", _ABSENT, kind="error"),
    Claim("jsonrpc-result-xor-error", ".*", "$", kind="neither"),
    Claim("jsonrpc-result-field-present", ".*", "$", kind="neither"),
    Claim("jsonrpc-result-field-present", ".*", "/result$", "expected object", kind="result"),
    Claim("jsonrpc-error-code-integer", ".*", "/error/code$", "expected", kind="error"),
    *(Claim(one, ".*", "/error(/code|/message)?$", "missing|expected", kind="error") for one in _CODE_AND_MESSAGE),
    Claim("pattern-no-server-requests", ".*", "/method$", "sends no requests"),
    Claim(CONFORM, ".*", "/method$", "expected string"),
    Claim(CONFORM, ".*", "(/jsonrpc|/result|/error)$", f"missing|{_ABSENT}", kind="request"),
    Claim(CONFORM, ".*", "(/jsonrpc|/result|/error)$", f"missing|{_ABSENT}", kind="notification"),
    Claim(CONFORM, ".*", "/(result|error)$", _ABSENT),
    Claim(CONFORM, ".*", "(/jsonrpc)?$"),
    Claim("schema-server-messages-valid", ".*", f"/result/_meta(/{_SERVER_INFO}|$)", "^(?!is missing)"),
    Claim("result-resulttype-present", ".*", "/result/resultType$", "is missing|expected string", kind="result"),
)
