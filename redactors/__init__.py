"""What may leave: records are made safe here. Pure; no I/O, no clock, no logging."""
