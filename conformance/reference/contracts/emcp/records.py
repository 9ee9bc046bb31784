"""The models that our server publishes: rows in memory, of which only the public fields leave the server."""

from typing import Any

from conformance.reference.contracts.emcp.documents import Row

PUBLIC: dict[str, tuple[str, ...]] = {
    "SiteTemplate": ("id", "templatename", "description", "editor_type", "icon", "category", "locked"),
    "SiteTmplvar": (
        "id", "name", "caption", "description", "type", "default_text", "display", "elements", "rank", "category",
        "locked",
    ),
    "SiteTmplvarContentvalue": ("id", "contentid", "tmplvarid", "value"),
    "SiteSnippet": ("id", "name", "description", "category", "locked", "disabled", "createdon", "editedon"),
    "SitePlugin": ("id", "name", "description", "category", "locked", "disabled", "createdon", "editedon"),
    "SiteModule": ("id", "name", "description", "category", "disabled", "createdon", "editedon"),
    "Category": ("id", "category"),
    "User": ("id", "username", "isfrontend", "createdon", "editedon", "blocked", "blockeduntil", "blockedafter"),
    "UserAttribute": (
        "id", "internalKey", "fullname", "email", "phone", "mobilephone", "blocked", "blockeduntil", "blockedafter",
        "failedlogincount", "logincount", "lastlogin",
    ),
    "UserRole": ("id", "name", "description", "frames", "home", "rank", "locked"),
    "Permissions": ("id", "name", "description"),
    "PermissionsGroups": ("id", "name"),
    "RolePermissions": ("id", "role_id", "permission"),
}  # fmt: skip

_WORDS = {"name", "description", "username", "fullname", "templatename", "category", "permission", "value", "type"}
_SECRET = {"password": "not for anybody", "cachepwd": "", "refresh_token": "not for anybody"}


def _row(model: str, fields: tuple[str, ...], id: int) -> Row:
    shown = {field: f"{model} {field} {id}" if field in _WORDS else 0 for field in fields}
    hidden = _SECRET if model.startswith("User") else {}
    return {**shown, **hidden, "id": id}


ROWS: dict[str, list[Row]] = {model: [_row(model, fields, id) for id in (1, 2, 3)] for model, fields in PUBLIC.items()}
"""What the database holds, secret columns of users included."""


def model_named(name: Any) -> str | None:
    """The model of this name, in whatever letter case."""
    wanted = name.lower() if isinstance(name, str) else None
    return next((model for model in PUBLIC if model.lower() == wanted), None)


def public(model: str, row: Row) -> Row:
    return {field: row[field] for field in PUBLIC[model]}
