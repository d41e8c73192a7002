"""Made-up traffic at the edge, with incidents and what only looks like one, all labelled. Pure, but for chance.

`Simulation(Scenario(seed, start, length)).objects()` gives log objects in the order of their delivery; afterwards
`.labels()` says what is in them.
"""
