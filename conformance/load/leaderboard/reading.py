"""How to read a leaderboard: what it says, and what it does not."""

from typing import Final

from conformance.load.leaderboard.placing import LEAST, LEAST_ALONE
from conformance.load.results.percentiles import BEYOND

HOW_TO_READ: Final = (
    (
        "No overall rank",
        (
            "Each table is one workload: all runs in it had the same plan. A server that leads in one may trail "
            "in another, and none of them is your workload. Do not add ranks up."
        ),
    ),
    (
        "Ranks",
        (
            "Servers that cannot be told apart from the first of their group share its rank (shown as 2=). Told "
            f"apart means at least {LEAST:.0%} in the figure, and more than the rounds explain by themselves "
            "(Welch's t-test on logarithms, 95 %). Where a run has a single round, the noise is not known, and "
            f"{LEAST_ALONE:.0%} are asked for. With few rounds a shared rank says that no difference was shown, "
            "not that there is none."
        ),
    ),
    (
        "Times",
        (
            "Response time counts from the moment a request was due to the end of its answer, so a stall of the "
            "server counts for everybody who had to wait for it. Percentiles are of all rounds together, never "
            f"averages of percentiles, and are left out where fewer than {BEYOND} values lie beyond. Warm-up is "
            "not in any figure. In a closed loop a stalled server gets fewer requests, so its percentiles look "
            "better than what callers of an open system would see."
        ),
    ),
    (
        "Errors",
        (
            "Only good answers count as throughput and have a time. A 200 with an error inside, a tool that "
            "fails, or an answer to something else is an error. A fast server with many errors is not fast."
        ),
    ),
    (
        "Left out",
        (
            "Invalid runs, and servers that did not keep up with the rate, have no rank and are listed with the "
            "reason. Of several runs of the same server, version, revision and machine the newest valid one "
            "counts, be it better or worse."
        ),
    ),
    (
        "Hardware",
        (
            "Figures of different machines are not comparable, and are not ranked against each other; machines "
            "are told apart by what they report of themselves. On loopback there is no network, and the generator"
            " takes cores that the server could have had."
        ),
    ),
    (
        "Conformance",
        (
            "Whether a server keeps the specification stands beside its speed, since leaving work out is an easy "
            "way to be fast. A dash says that no verdict was given, which is neither good nor bad."
        ),
    ),
    (
        "What it does not mean",
        (
            "It compares these versions, with these settings, doing this. It does not say how fast a language or "
            "an SDK is: tools differ, and most of what a real tool does is not here. Small differences will not "
            "be the same tomorrow; repeat a run with its command before you decide anything by it."
        ),
    ),
)
