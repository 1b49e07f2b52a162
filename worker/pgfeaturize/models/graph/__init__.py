"""Networks as graphs: traced, their shapes inferred, cut, pooled and folded."""
