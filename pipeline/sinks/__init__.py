"""Where safe logs go; siblings never import one another."""
