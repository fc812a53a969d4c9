"""What a user does with the simulated market from outside: score it beside a tape, fit it to one, write a run
down, measure what an order does, watch it and have something befall it while it runs. Reads tapes through the
data services and hands arrays to `simulation.prism`; start with `tapes` for what comes in, `page` for what
goes out, and `sim_service` for what is asked of a market that runs.
"""
