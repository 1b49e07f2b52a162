"""Training: data sets read from training views, linear classifiers, and projections fitted to them."""
