"""A scrape as the manual wants it, and settings that name a few of its metrics."""

from conformance.contracts.metrics.settings import Family, Metrics, Share

HEALTHY = """\
# HELP validation_total Validations.
# TYPE validation_total counter
validation_total{type="schema",result="valid"} 90
validation_total{type="schema",result="invalid"} 10
# TYPE validation_errors_total counter
validation_errors_total{error_type="required"} 10
# TYPE validation_cache_hit_rate gauge
validation_cache_hit_rate 0.85
# TYPE validation_duration_seconds histogram
validation_duration_seconds_bucket{le="0.05"} 80
validation_duration_seconds_bucket{le="0.1"} 98
validation_duration_seconds_bucket{le="1"} 100
validation_duration_seconds_bucket{le="+Inf"} 100
validation_duration_seconds_sum 4.2
validation_duration_seconds_count 100
# TYPE artifact_storage_used_bytes gauge
artifact_storage_used_bytes 5e9
# TYPE artifact_storage_total_bytes gauge
artifact_storage_total_bytes 1e10
# TYPE process_start_time_seconds gauge
process_start_time_seconds 1.7e9
"""

SETTINGS = Metrics(
    families={
        "validation_total": Family(kinds=("counter",), group="validation"),
        "errors": Family(names=("validation_errors_total", "validation_failures_total"), kinds=("counter",)),
        "validation_duration_seconds": Family(kinds=("histogram", "summary"), edges=(0.1,)),
        "validation_cache_hit_rate": Family(kinds=("gauge",), ratio=True),
        "artifact_storage_used_bytes": Family(kinds=("gauge",), least=0),
        "artifact_storage_total_bytes": Family(kinds=("gauge",), least=0, required=False),
    },
    shares=(Share(parts=("errors",), whole="validation_total"),),
    capacities=(Share(parts=("artifact_storage_used_bytes",), whole="artifact_storage_total_bytes"),),
    label_values=3,
)
