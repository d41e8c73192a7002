"""What becomes of records, one by one or under two policies: told by comparing, in lengths, never in values. Pure."""
