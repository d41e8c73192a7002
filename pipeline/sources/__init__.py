"""Where raw logs come from; siblings never import one another."""
