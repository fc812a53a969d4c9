"""Analyses: pure functions of research, each declared once and usable from Python, HTTP, shell and page.

`declaration` says what one is, `registry` has all of them, `returns` brings them their data by name with one
policy for times and gaps, and `run` makes the document of a result. Pages are derived in
`application.pages.analyses`, routes in `web.routes.analyses`, the command in `cli.analyses`; jobs are those
of the runner. A new analysis is a declaration in a file of its own here, added to `registry`.
"""
