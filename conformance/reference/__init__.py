"""The embedded reference server: one process with a healthy endpoint, its faults and its oddities.

`/mcp` keeps every rule of the five revisions, `/faults/<id>/mcp` breaks exactly one requirement and
`/oddities/<id>/mcp` behaves unusually but legally. The declarations live in `faults/` and `oddities/`, the
tools, resources and prompts in `fixtures/`. Only `sdk/` imports the optional `mcp` package.
"""
