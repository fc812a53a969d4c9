"""The project's own tools: locked installation, lock compilation and the determinism lint.

`install_locked.py` and `lock.py` run before anything is installed: they import the standard library only.
"""
