"""The command line: one file per group of commands; heavy packages load only in the command that needs them."""
