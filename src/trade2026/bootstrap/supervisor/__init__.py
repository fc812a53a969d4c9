"""The supervisor: starts the desk's processes, watches them, starts them again, and stops them in order.

It may import everything, being part of `bootstrap`. `policy` decides when a process is started again,
`log` keeps what it says, `role` runs one, `supervisor` all of them; `control` is the line on which the
supervisor is asked, `lifeline` what ends a process whose supervisor is gone, `desk` what the command line
calls. Start at `supervisor`.
"""
