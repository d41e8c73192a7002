"""How records travel: sources, the engine, sinks, and the command line that joins them."""

__version__ = "0.1.0"
