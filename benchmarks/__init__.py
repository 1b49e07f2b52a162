"""What pgfeaturize costs and gains, as ratios: both sides of each measured in one run, in turns.

    python -m benchmarks [--quick] [--write] [NAME …]

Other work on the machine falls on both sides alike, so ratios hold where times do not.
"""

from pgfeaturize.db import statements

statements.read(statements.root("sql") / "benchmarks.sql", statements.named())
