"""Learning: the training of the network that the package ships, and what else is fitted to data."""
