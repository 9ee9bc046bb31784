"""The model of a checklist, from which its JSON Schema is made. Times are in seconds."""

from typing import Final, Literal

from msgspec import Struct

from conformance.contracts.service_levels.settings import Call, Failure, Measure
from conformance.contracts.windows import Op, Statistic
from conformance.load.names import Scenario, Shape

FORMAT: Final = 1

Severity = Literal["blocker", "advisory"]
Allowed = Literal["writes", "noisy", "destructive"]
FileFormat = Literal["", "json", "jsonl", "toml", "yaml", "text", "any"]


class Variable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What differs from one release to the next: `{name}` in a step stands for it.

    about    what it is, for whoever has to give it
    default  its value when nobody gives one; it may be made of variables above it
    env      environment variables that may hold it, the first one that is set counts
    secret   whether it is masked in all that is kept
    """

    about: str = ""
    default: str = ""
    env: tuple[str, ...] = ()
    secret: bool = False


class Expected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file, or what a URL answers, and what it has to say.

    source      path or URL
    name        what it is called in the report
    format      by default as the name of the file ends
    schema      a schema of this project, such as `contracts/preflight`, or the path of one
    rules       such as `ok == true`, `gates.*.status == passed`, `length(items) >= 3`, `age(finished_at) <= 48h`
    contains    patterns, each of which some line has to match; `lacks` those that no line may match
    max_age_s   how old it may be: by the time at the path `age_of`, else by the time that the file was written
    newer_than  it has to be younger than this: a time such as 2026-01-31T12:00:00Z, or the path of a file
    optional    whether it may be missing; what is there is judged
    keep        whether it goes into the evidence; only text does, of anything else the checksum is kept
    """

    source: str
    name: str = ""
    format: FileFormat = ""
    schema: str = ""
    rules: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    max_age_s: float | None = None
    age_of: str = ""
    newer_than: str = ""
    optional: bool = False
    keep: bool = True


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all steps have.

    rules        ids of the rules of a runbook that it stands for
    severity     a `blocker` that is not passed keeps the release back, an `advisory` one is told
    needs        steps that have to be passed (or waived) before
    lock         steps with the same lock never run at the same time; those with the same target do not anyway
    advice       what to do when it fails
    environment  variables that its process gets, beside those of the whole checklist; their values are masked
    """

    title: str
    rules: tuple[str, ...] = ()
    severity: Severity = "blocker"
    owner: str = ""
    needs: tuple[str, ...] = ()
    lock: str = ""
    advice: str = ""
    link: str = ""
    time_limit_s: float = 900
    environment: tuple[str, ...] = ()


class Suite(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="suite"):
    """Our checks on a target, on artifacts, or on both. Passed when nothing is broken and each MUST was judged.

    requirements  rules that have to be judged, each of them, but for those in `may_not_apply`, about which a check may
                  find that there is nothing to judge; `areas` selects whole areas
    evidence      artifacts by name, as with --evidence
    options       more options of `mcp-conformance run`
    repeat        that many runs, `pause_s` apart, all of which have to pass
    """

    target: str = ""
    canary: str = ""
    profiles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    may_not_apply: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    evidence: dict[str, str] = {}
    allow: tuple[Allowed, ...] = ()
    strict: bool = False
    strict_profile: bool = False
    watch_s: float | None = None
    token_env: str = ""
    config: str = ""
    options: tuple[str, ...] = ()
    repeat: int = 1
    pause_s: float = 0


class Command(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="command"):
    """A command. It gets the named environment variables and no others.

    run        the command and its arguments; one text only with `shell = true`
    set        environment variables with their values
    exit       exit statuses that are right
    output     patterns, each of which some line of its output has to match; `forbidden` those that no line may match
    artifacts  files that it has to write anew
    appends    files to which it has to add whole lines, and of which it may change nothing else, such as a ledger
    """

    run: tuple[str, ...] | str
    shell: bool = False
    cwd: str = ""
    set: dict[str, str] = {}
    exit: tuple[int, ...] = (0,)
    output: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    artifacts: tuple[Expected, ...] = ()
    appends: tuple[str, ...] = ()


class Artifact(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="artifact"):
    """Files, or what URLs answer. `token_env` names the variable with the bearer token for URLs."""

    artifacts: tuple[Expected, ...]
    token_env: str = ""


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a promise is broken: `op` `limit` in a window of `window_s` at each step for `for_s`, or `in_a_row`.

    Of calls, `errors` is the share that failed, `availability` the share that did not, `latency` a percentile of the
    good answers in seconds. Of samples from a file, `statistic` says how those of a window make one value.
    """

    title: str = ""
    of: Measure = "errors"
    op: Op
    limit: float
    statistic: Statistic = "ratio"
    percentile: float = 95
    window_s: float | None = None
    step_s: float = 1
    for_s: float = 0
    in_a_row: int = 0
    min_events: float = 20


class Samples(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Samples in a JSONL file: where each line has its time and its value, and how many events that stands for."""

    source: str
    at: str
    value: str
    events: str = ""


class Observe(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="observe"):
    """A target that is asked gently for `observe_s`, or samples that something else has taken, held against windows.

    Calls are as in `[service_levels]` of a profile; without any, MCP is asked what costs least.
    """

    limits: tuple[Window, ...]
    samples: Samples | None = None
    target: str = ""
    profile: str = ""
    token_env: str = ""
    calls: tuple[Call, ...] = ()
    observe_s: float = 60
    every_s: float = 1
    timeout_s: float = 10
    failure: Failure = Failure()


class Load(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="load"):
    """A load run that keeps its gates. A target on another machine is loaded only when it is `confirmed`.

    gates       such as `p95<100ms`; `profiles` bring those of their service levels
    baseline    an earlier result; `at_most` says by what factor figures such as p95 may exceed it
    """

    target: str
    scenario: Scenario = "tool-caller"
    shape: Shape = "constant"
    rate: float | None = None
    to_rate: float | None = None
    users: int | None = None
    duration_s: float = 20
    warm_up_s: float = 5
    rounds: int = 3
    gates: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    baseline: str = ""
    at_most: dict[str, float] = {}
    allow: tuple[Allowed, ...] = ()
    confirmed: bool = False
    token_env: str = ""
    options: tuple[str, ...] = ()


class Manual(Step, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="manual"):
    """What only somebody can say: who looked, when, and what shows it.

    asks       points to look at
    evidence   whether an answer has to name its evidence
    max_age_s  how old an answer may be
    """

    question: str
    asks: tuple[str, ...] = ()
    evidence: bool = True
    max_age_s: float | None = None


AnyStep = Suite | Command | Artifact | Observe | Load | Manual


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a step need not pass, who says so, and until when: a day or a time such as 2026-01-31 (its end, in UTC)."""

    reason: str
    by: str
    until: str
    link: str = ""


class Checklist(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file; steps, variables and waivers are by name.

    environment    variables that every process gets; their values are masked
    keep_passes_s  how long a step that passed need not be run again
    """

    format: int = FORMAT
    name: str
    title: str
    version: str = ""
    about: str = ""
    variables: dict[str, Variable] = {}
    environment: tuple[str, ...] = ()
    keep_passes_s: float = 86400
    steps: dict[str, AnyStep]
    waivers: dict[str, Waiver] = {}
