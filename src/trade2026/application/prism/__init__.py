"""What a user does with the simulated market from outside: score it beside a tape, fit it to one, write a run
down, measure what an order does. Reads tapes through the data services and hands arrays to
`simulation.prism`; start with `tapes` for what comes in and `page` for what goes out.
"""
