"""The string formats that the MCP schemas assert.

Each is as strict as its standard at most. Where servers differ in good faith, the lenient reading wins: an
IRI or an unexpanded `{name}` passes as a URI, Base64 may be broken into lines, any ISO 8601 profile passes as
a timestamp.
"""

import base64
import binascii
import re
from typing import Final

from jsonschema import FormatChecker

MCP_FORMATS: Final = FormatChecker(formats=())

_URI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:(?:%[0-9A-Fa-f]{2}|[^\x00-\x20\x7f"<>\\^`|%])*""")
_EXPRESSION = re.compile(r"\{[^{}\s]+\}")
_NOT_LITERAL = re.compile(r"[\x00-\x20\x7f{}]")
_TIMESTAMP = re.compile(
    r"""(?:\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])
      | \d{4}-?W(?:0[1-9]|[1-4]\d|5[0-3])-?[1-7]
      | \d{4}-?(?:[0-2]\d{2}|3[0-5]\d|36[0-6])
      | \d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))
    [Tt ](?:[01]\d|2[0-4])(?::?[0-5]\d(?::?(?:[0-5]\d|60))?)?(?:[.,]\d+)?
    (?:[Zz]|[+\u2212-](?:[01]\d|2[0-4])(?::?[0-5]\d)?)?""",
    re.VERBOSE,
)


@MCP_FORMATS.checks("uri")
def is_uri(value: object) -> bool:
    """RFC 3986 with a scheme; non-ASCII letters and braces are let through, and in `data:` any printable text."""
    if not isinstance(value, str) or (value.startswith("data:") and value.isprintable()):
        return True
    return bool(_URI.fullmatch(value)) and value.count("#") <= 1


@MCP_FORMATS.checks("uri-template")
def is_uri_template(value: object) -> bool:
    """RFC 6570: expressions are closed, not empty and not nested; literals have no blanks."""
    return not isinstance(value, str) or not _NOT_LITERAL.search(_EXPRESSION.sub("", value))


@MCP_FORMATS.checks("byte")
def is_base64(value: object) -> bool:
    """The standard alphabet with padding (RFC 4648 section 4), also when wrapped into lines."""
    if not isinstance(value, str):
        return True
    try:
        base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


@MCP_FORMATS.checks("iso-8601")
def is_timestamp(value: object) -> bool:
    """An ISO 8601 date with a time, in basic or extended form; the offset may be absent."""
    return not isinstance(value, str) or bool(_TIMESTAMP.fullmatch(value))
