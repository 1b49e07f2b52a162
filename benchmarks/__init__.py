"""Benchmarks as ratios: both sides of each are measured in one run, in turns.

    python -m benchmarks [--quick] [--write] [NAME …]

Other work on the machine affects both sides, so ratios are reliable where times are not.
"""

from pgfeaturize.db import statements

statements.read(statements.root("sql") / "benchmarks.sql", statements.named())
