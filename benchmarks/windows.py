"""Evaluates a limit over a sliding window of generated samples: `python -m benchmarks.windows`.

Prints the processor seconds for each statistic.
"""

import argparse
import time
from typing import Literal

from conformance.contracts.windows import Limit, evaluate, samples

Statistic = Literal["ratio", "percentile"]
STATISTICS: tuple[Statistic, ...] = ("ratio", "percentile")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.windows", description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    count = parser.parse_args().samples
    data = samples((i / 10, int(i % 40 == 0)) for i in range(count))
    for statistic in STATISTICS:
        began = time.process_time()
        outcome = evaluate(data, Limit(op=">", limit=0.05, statistic=statistic, window_s=120))
        print(f"{statistic:<12} {count:,} samples {time.process_time() - began:6.2f} s  {outcome.verdict}")


if __name__ == "__main__":
    main()
