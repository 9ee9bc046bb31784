"""The artifact registry: uploads with checksums, downloads, search."""

import asyncio
import base64
import binascii
import hashlib
import re
import time
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from conformance.contracts.times import iso
from conformance.reference.contracts.level3.behaviour import Json, Level3Behaviour
from conformance.reference.contracts.level3.gate import Refused, answer, body_of
from conformance.reference.contracts.level3.metrics import Counts

_SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


@dataclass
class Artifact:
    name: str
    version: str
    type: str
    content: bytes
    tags: list[str]
    created: float

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def told(self) -> Json:
        return {
            "artifact_id": self.id, "name": self.name, "version": self.version, "type": self.type,
            "checksum": self.checksum, "size_bytes": len(self.content), "created_at": iso(self.created),
            "download_url": f"/api/v1/registry/artifacts/{self.id}/download",
        }  # fmt: skip


@dataclass
class Registry:
    behaviour: Level3Behaviour
    counts: Counts
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    _deleted: set[str] = field(default_factory=set)

    def get(self, id: str) -> Artifact:
        if id not in self.artifacts:
            raise Refused(self.behaviour.unknown_status, "no such artifact")
        return self.artifacts[id]

    async def upload(self, request: Request) -> Response:
        behaviour = self.behaviour
        body = await body_of(request, behaviour, "name", "type", "content")
        artifact = self._made(body)
        checksum = str(body.get("checksum", artifact.checksum)).removeprefix("sha256:")
        if checksum != artifact.checksum and behaviour.checksum_status >= 400:
            raise Refused(behaviour.checksum_status, "the checksum does not fit: the content is corrupted")
        known = self.artifacts.get(artifact.id)
        artifact = artifact if known is None else self._again(known, artifact)
        self.artifacts[artifact.id] = artifact
        self._drop_old_versions(artifact.name)
        self.counts.stored_bytes = sum(len(one.content) for one in self.artifacts.values())
        self.counts.add("artifact_uploads_total")
        return answer(behaviour.uploaded(artifact.told()), behaviour.upload_status)

    def _made(self, body: Json) -> Artifact:
        behaviour = self.behaviour
        version = str(body.get("version", "1.0.0"))
        if not _SEMVER.fullmatch(version) and behaviour.version_status >= 400:
            raise Refused(behaviour.version_status, "the version is no semantic version")
        try:
            content = base64.b64decode(body["content"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise Refused(behaviour.unreadable_status, "the content is not Base64") from None
        tags = [str(tag) for tag in body.get("tags") or []]
        return Artifact(str(body["name"]), version, str(body["type"]), content, tags, time.time())

    def _again(self, known: Artifact, artifact: Artifact) -> Artifact:
        """What an upload under a known name and version becomes."""
        behaviour = self.behaviour
        if known.content != artifact.content:
            if behaviour.other_upload_status >= 400:
                raise Refused(behaviour.other_upload_status, "another artifact has that name and version")
            return artifact
        if behaviour.same_upload == "conflict":
            raise Refused(409, "the artifact is there already")
        if behaviour.same_upload == "new":
            artifact.version += "+again"
            return artifact
        return known

    def _drop_old_versions(self, name: str) -> None:
        versions = [id for id, one in self.artifacts.items() if one.name == name]
        for id in versions[: -self.behaviour.versions_kept]:
            del self.artifacts[id]

    async def download(self, request: Request) -> Response:
        id = request.path_params["id"]
        if id not in self.artifacts and id not in self._deleted and self.behaviour.unknown_download_status == 200:
            return Response(b"", media_type="application/octet-stream")
        artifact = self.get(id)
        self.counts.add("artifact_downloads_total")
        content = self.behaviour.stored(artifact.content)
        return Response(content, media_type="application/octet-stream")

    async def search(self, request: Request) -> Response:
        behaviour = self.behaviour
        asked = await body_of(request, behaviour)
        limit, offset = asked.get("limit", 100), asked.get("offset", 0)
        if behaviour.max_page is not None and limit > behaviour.max_page and behaviour.cap_pages:
            limit = behaviour.max_page
        elif behaviour.max_page is not None and limit > behaviour.max_page:
            raise Refused(400, f"limit is at most {behaviour.max_page}")
        query, type_ = asked.get("query") or "", asked.get("type")
        found = [one for one in self.artifacts.values() if query in one.name and type_ in (None, one.type)]
        found = found if behaviour.searchable else []
        page = found[offset : offset + limit] if behaviour.paging else found
        told = {"artifacts": [one.told() for one in page], "total": len(found), "limit": limit, "offset": offset}
        headers = self._paging(request, len(found), limit, offset)
        if behaviour.counts_page:
            headers["X-Total-Count"] = str(len(page))
        return answer(told, headers=headers)

    def _paging(self, request: Request, total: int, limit: int, offset: int) -> Json:
        if not self.behaviour.paging:
            return {}
        more = (
            [f'<{request.url.path}?limit={limit}&offset={offset + limit}>; rel="next"']
            if offset + limit < total
            else []
        )
        links = [f'<{request.url.path}?limit={limit}&offset=0>; rel="first"', *more]
        return {"X-Total-Count": str(total), "Link": ", ".join(links)}

    async def versions(self, request: Request) -> Response:
        await asyncio.sleep(self.behaviour.versions_delay_real_s)
        name = request.path_params["id"].partition("@")[0]
        found = [one for one in self.artifacts.values() if one.name == name]
        if not found:
            raise Refused(self.behaviour.unknown_status, "no such artifact")
        return answer([{"version": one.version, "created_at": iso(one.created)} for one in found])

    async def delete(self, request: Request) -> Response:
        artifact = self.get(request.path_params["id"])
        if self.behaviour.delete_removes:
            del self.artifacts[artifact.id]
            self._deleted.add(artifact.id)
            self.counts.stored_bytes -= len(artifact.content)
        return Response(status_code=204)

    async def usage(self, request: Request) -> Response:
        sizes: dict[str, int] = {}
        for one in self.artifacts.values():
            sizes[one.type] = sizes.get(one.type, 0) + len(one.content)
        told = {"total_size": sum(sizes.values()), "artifact_count": len(self.artifacts), "by_type": sizes}
        return answer(self.behaviour.usage(told))
