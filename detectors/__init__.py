"""What is wrong: findings from the secret-free view of records. Pure; event time only."""
