"""Secrets in files that are no logs: where they stand, never what they are. Pure."""
