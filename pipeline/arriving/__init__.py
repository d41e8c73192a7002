"""How objects that arrive in a bucket are noticed: by listing, by what was done before, by queues."""
