import sys

from benchmarks.leaderboard.run import main

sys.exit(main())
