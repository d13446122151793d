"""The durable engine: rules as Rete patterns, run by durable-rules. It stands beside the compiled engine as a second judge.

A case is judged in two steps. Its events become facts, and patterns find the matches of every rule (`rules.py`). Each match
becomes a fact of its own, and patterns say which of its quantifiers have no candidate. Everything that concerns one event or
one match is worked out beforehand (`conditions.py`); joins, and whether there is such an event, are Rete's. The order of two
events, which rests on links and on what the source knows of times, is part of the facts (`order.py`).

The truths of a condition, and so the chain false < unknown < open < true, need two patterns for each question: is there a
candidate of which it is *certain* that it is sought and in time, and is there one of which it is *possible* (`clauses.py`,
`encoding.py`)? What durable-rules can't be trusted with, and how it is kept from it, is told in `session.py`.
"""
