"""A place that log jobs push to over HTTP."""
