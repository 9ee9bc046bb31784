"""What can be wrong with a bundle. Each problem has a name of its own, so that scripts can tell them apart.

BadBundle
├── NoBundle            no bundle of a release at all
├── Truncated           ends in the middle
├── HiddenContent       bytes that belong to no member
├── TooLarge            more than anybody wants to unpack
├── BadName             a member that would be unpacked elsewhere, or is there twice
├── BadManifest         the manifest is missing or makes no sense
├── MissingMember       named in the manifest or the record, and not there
├── ExtraMember         there, and not named in the manifest
├── ChangedMember       of another size or with another checksum
├── BadRecord           the record or a piece of evidence breaks its schema
├── BadCount            counts that are not those of what is there
└── OtherVerdict        a verdict that does not follow from the steps
"""

__all__ = [
    "BadBundle", "NoBundle", "Truncated", "HiddenContent", "TooLarge", "BadName", "BadManifest", "MissingMember",
    "ExtraMember", "ChangedMember", "BadRecord", "BadCount", "OtherVerdict",
]  # fmt: skip


class BadBundle(Exception):
    """A bundle that proves nothing. The message is one line, without the name of the bundle."""


class NoBundle(BadBundle): ...


class Truncated(BadBundle): ...


class HiddenContent(BadBundle): ...


class TooLarge(BadBundle): ...


class BadName(BadBundle): ...


class BadManifest(BadBundle): ...


class MissingMember(BadBundle): ...


class ExtraMember(BadBundle): ...


class ChangedMember(BadBundle): ...


class BadRecord(BadBundle): ...


class BadCount(BadBundle): ...


class OtherVerdict(BadBundle): ...
