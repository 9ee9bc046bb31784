"""Promotions from stage to stage: approvals, progress in time, rollback."""

import time
import uuid
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from conformance.contracts.times import iso
from conformance.reference.contracts.level3.behaviour import DOOMED, STAGES, STRATEGIES, Json, Level3Behaviour
from conformance.reference.contracts.level3.gate import Refused, answer, body_of
from conformance.reference.contracts.level3.metrics import Counts
from conformance.reference.contracts.level3.registry import Registry

_NEEDED = ("artifact_id", "source_environment", "target_environment", "strategy")


@dataclass
class Promotion:
    id: str
    artifact: str
    target: str
    needed: int
    rollback_on_failure: bool
    created: float = field(default_factory=time.time)
    approvers: list[str] = field(default_factory=list)
    begun: float | None = None
    ended_as: str = ""
    counted: bool = False


@dataclass
class Promotions:
    behaviour: Level3Behaviour
    counts: Counts
    registry: Registry
    _known: dict[str, Promotion] = field(default_factory=dict)
    _released: dict[str, str] = field(default_factory=dict)
    """The artifact that each stage has, and with it something to go back to."""

    async def create(self, request: Request) -> Response:
        body = await body_of(request, self.behaviour, *_NEEDED)
        self._check(body)
        target = str(body["target_environment"])
        needed = dict(self.behaviour.approvals).get(target, 1) if body.get("approval_required") else 0
        promotion = Promotion(
            f"promo-{uuid.uuid4().hex[:12]}", str(body["artifact_id"]), target, needed,
            body.get("rollback_on_failure", True) is True,
        )  # fmt: skip
        if not needed:
            promotion.begun = time.time()
        self._known[promotion.id] = promotion
        self.counts.add("promotion_total")
        return answer(self.behaviour.promotion(self._told(promotion)), self.behaviour.promotion_created_status)

    def _check(self, body: Json) -> None:
        behaviour = self.behaviour
        source, target = body["source_environment"], body["target_environment"]
        if source == target and behaviour.same_stage_status >= 400:
            raise Refused(behaviour.same_stage_status, "source and target are the same environment")
        if source not in STAGES or target not in STAGES:
            raise Refused(400, "no such environment")
        if STAGES.index(target) - STAGES.index(source) not in (0, 1) and behaviour.skipped_stage_status >= 400:
            raise Refused(behaviour.skipped_stage_status, "promotions go from one stage to the next")
        if body["strategy"] not in STRATEGIES and behaviour.unknown_strategy_status >= 400:
            raise Refused(behaviour.unknown_strategy_status, "no such strategy")
        self.registry.get(str(body["artifact_id"]))

    async def read(self, request: Request) -> Response:
        return answer(self.behaviour.promotion(self._told(self._get(request))))

    async def approve(self, request: Request) -> Response:
        body = await body_of(request, self.behaviour, "promotion_id", "approved", "approver")
        promotion = self._known.get(str(body["promotion_id"]))
        if promotion is None:
            raise Refused(self.behaviour.unknown_status, "no such promotion")
        if self._state(promotion) != "pending_approval":
            raise Refused(409, "nobody waits for an approval")
        if body["approved"] is not True:
            promotion.ended_as = "rejected" if self.behaviour.rejection_counts else ""
        else:
            promotion.approvers.append(str(body["approver"]))
            given = set(promotion.approvers) if self.behaviour.count_everybody_once else promotion.approvers
            promotion.begun = time.time() if len(given) >= promotion.needed else None
        told = {
            "approval_id": uuid.uuid4().hex, "promotion_id": promotion.id, "approved": body["approved"],
            "approved_at": iso(time.time()),
        }  # fmt: skip
        return answer(told)

    async def roll_back(self, request: Request) -> Response:
        promotion = self._get(request)
        if self._state(promotion) != "completed" and self.behaviour.rollback_without_release_status >= 400:
            raise Refused(self.behaviour.rollback_without_release_status, "there is nothing to go back to")
        promotion.ended_as = "rolled_back"
        self.counts.add("promotion_rollbacks_total")
        return answer(self._told(promotion), self.behaviour.rollback_status)

    def _get(self, request: Request) -> Promotion:
        id = request.path_params["id"]
        if id not in self._known:
            raise Refused(self.behaviour.unknown_promotion_status, "no such promotion")
        return self._known[id]

    def _state(self, promotion: Promotion) -> str:
        """What time has made of it; its end is counted once."""
        behaviour = self.behaviour
        if promotion.ended_as:
            return promotion.ended_as
        if promotion.begun is None:
            waited = time.time() - promotion.created > behaviour.scale
            return "in_progress" if behaviour.starts_unapproved and waited else "pending_approval"
        done = (time.time() - promotion.begun) / (behaviour.promotion_s * behaviour.scale)
        doomed = promotion.artifact.startswith(DOOMED)
        if doomed and done >= 0.5:
            promotion.ended_as = behaviour.end_of_failure if promotion.rollback_on_failure else "failed"
            self.counts.add("promotion_failures_total")
            self.counts.add("promotion_rollbacks_total", promotion.ended_as == "rolled_back")
            return promotion.ended_as
        state = behaviour.states[min(int(done * (len(behaviour.states) - 1)), len(behaviour.states) - 1)]
        if done >= 1 and not promotion.counted:
            promotion.counted = True
            self.counts.add("promotion_success_total")
        return state

    def _told(self, promotion: Promotion) -> Json:
        return {"promotion_id": promotion.id, "state": self._state(promotion), "created_at": iso(promotion.created)}
