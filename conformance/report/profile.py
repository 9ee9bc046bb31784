"""A target profile for people: what it speaks, what a run would find to judge, and which roles are open."""

from conformance.report.text import printable
from conformance.target.config import RunConfig
from conformance.target.profile import Surface, TargetProfile
from conformance.target.roles import ROLES, advice, callable_tools, fill


def describe(profile: TargetProfile, config: RunConfig) -> str:
    newest = list(profile.surfaces.values())[-1]
    filled = {key: fill(key, newest, config) for key in ROLES}
    lines = [f"{profile.server} at {profile.url}", "", *_surfaces(profile, config), ""]
    lines += [f"not spoken: {revision} ({reason})" for revision, reason in profile.not_spoken.items()]
    lines += [f"list not read: {key}: {why}" for key, why in newest.unread.items()]
    lines.append(f"credential: {'required (401 without it)' if profile.guarded else 'not required, or none given'}")
    lines.append(f"median answer: {profile.latency * 1000:.0f} ms over {profile.requests} requests")
    lines += ["", f"roles under {newest.revision}:"]
    lines += [f"  {key:<20} {who.name}" for key, who in filled.items() if who]
    lines += [f"  {key:<20} open; {advice(key)}" for key, who in filled.items() if not who]
    return "\n".join(map(printable, [*lines, *profile.notes]))


def _surfaces(profile: TargetProfile, config: RunConfig) -> list[str]:
    head = ["revision", "session", "capabilities", "tools", "callable", "resources", "templates", "prompts"]
    return columns([head, *(_row(surface, config) for surface in profile.surfaces.values())])


def _row(surface: Surface, config: RunConfig) -> list[str]:
    counts = (surface.tools, callable_tools(surface, config), surface.resources, surface.templates, surface.prompts)
    return [
        surface.revision,
        "yes" if surface.stateful else "no",
        ", ".join(surface.capabilities) or "none",
        *(str(len(items)) for items in counts),
    ]


def columns(rows: list[list[str]]) -> list[str]:
    """The rows of a table as lines, each column as wide as its widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
