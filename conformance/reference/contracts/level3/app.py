"""The system as an ASGI application."""

from starlette.applications import Starlette
from starlette.routing import Route

from conformance.reference.asgi import App
from conformance.reference.contracts.level3.behaviour import Level3Behaviour
from conformance.reference.contracts.level3.gate import Gate
from conformance.reference.contracts.level3.metrics import Counts
from conformance.reference.contracts.level3.platform import Platform
from conformance.reference.contracts.level3.prometheus import Prometheus
from conformance.reference.contracts.level3.promotions import Promotions
from conformance.reference.contracts.level3.registry import Registry
from conformance.reference.contracts.level3.validation import Validation


def create(behaviour: Level3Behaviour = Level3Behaviour()) -> App:
    counts = Counts(behaviour)
    platform, prometheus = Platform(behaviour, counts), Prometheus(behaviour)
    registry = Registry(behaviour, counts)
    promotions, validation = Promotions(behaviour, counts, registry), Validation(behaviour, counts)
    gate = Gate(behaviour)
    return Starlette(
        routes=[
            Route("/health/{name}", platform.health),
            Route("/plain", platform.plain),
            Route("/metrics", platform.metrics),
            Route("/prom/api/v1/{name}", prometheus.answer),
            Route("/d/{name}", platform.dashboard),
            Route("/api/v1/openapi.json", platform.openapi),
            *(
                Route(f"/api/v1{path}", gate.guard(handler), methods=[method])
                for method, path, handler in (
                    ("POST", "/validation/validate", validation.validate),
                    ("POST", "/promotion/promotions", promotions.create),
                    ("GET", "/promotion/promotions/{id}", promotions.read),
                    ("POST", "/promotion/promotions/{id}/rollback", promotions.roll_back),
                    ("POST", "/promotion/approvals", promotions.approve),
                    ("POST", "/registry/artifacts", registry.upload),
                    ("POST", "/registry/artifacts/search", registry.search),
                    ("GET", "/registry/artifacts/{id}/download", registry.download),
                    ("GET", "/registry/artifacts/{id}/versions", registry.versions),
                    ("DELETE", "/registry/artifacts/{id}", registry.delete),
                    ("GET", "/registry/storage/usage", registry.usage),
                    ("GET", "/audit/logs", gate.audit),
                )
            ),
            Route("/api/v1/{rest:path}", gate.guard(gate.unknown), methods=["GET", "POST", "DELETE"]),
        ]
    )
