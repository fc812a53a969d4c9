"""The command line: it translates arguments into application calls and results into text.

Every command has help and an example, and no traceback reaches the user. It may import `application` and
the layers below, never an adapter; heavy libraries are imported inside the command that needs them, so
that help answers at once.
"""
