"""What can be wrong with a verdict file.

    VerdictFileError
    ├── UnreadableVerdictFile   missing, or not to be read
    ├── ForeignVerdictFile      no verdict file at all
    ├── OtherVerdictFormat      of another version of this tool, which means other things by the same words
    ├── TruncatedVerdictFile    ends in the middle
    ├── EditedVerdictFile       its checksum, its count or its shape is not that of what it holds
    └── DuplicateVerdict        one check has two verdicts in the same scope

Each message is one line that names the file and what to do.
"""

from conformance.target.errors import ConfigError

__all__ = [
    "VerdictFileError",
    "UnreadableVerdictFile",
    "ForeignVerdictFile",
    "OtherVerdictFormat",
    "TruncatedVerdictFile",
    "EditedVerdictFile",
    "DuplicateVerdict",
]


class VerdictFileError(ConfigError, ValueError):
    """A verdict file that cannot be relied on."""


class UnreadableVerdictFile(VerdictFileError): ...


class ForeignVerdictFile(VerdictFileError): ...


class OtherVerdictFormat(VerdictFileError): ...


class TruncatedVerdictFile(VerdictFileError): ...


class EditedVerdictFile(VerdictFileError): ...


class DuplicateVerdict(VerdictFileError): ...
