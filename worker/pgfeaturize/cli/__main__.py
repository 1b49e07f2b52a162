"""`python -m pgfeaturize.cli` is `pgfeaturize`."""

from pgfeaturize.cli import main

main()
