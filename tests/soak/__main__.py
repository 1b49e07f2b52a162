"""`make soak MINUTES=3`: run workers under failures for some minutes, then check every row."""

import argparse

from tests.soak import run

parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
parser.add_argument("--minutes", type=float, default=1.0, help="Minutes of writes and failures.")
minutes = parser.parse_args().minutes
try:
    raise SystemExit(run(minutes * 60))
except KeyboardInterrupt:
    raise SystemExit(130) from None
