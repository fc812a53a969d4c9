"""The compiled order book: the reference's events and `state_sha256`, millions of commands a second.

`book.CompiledBook` is what is used. `layout` says how a book lies in memory; `store` keeps orders, `trading`
has the steps of the reference, `commands` what is told, all compiled by numba; `translate` turns numbers into
words and back. All compiled functions are kept on disk (`__pycache__`); numba looks at the file of a function
alone, so a change of `layout`, `store` or `trading` needs `commands` compiled again: see `book.STAMP`.
"""
