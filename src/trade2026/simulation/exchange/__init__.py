"""What a simulated exchange shows to whoever stands at its door: reports of all that happens, and records
of them.

`reports` is the interface that doors are written against; `instant` is the smallest exchange that has it.
`records` keeps what an exchange would be asked for later (orders, trades, candles, windows), built from
reports alone and bounded in memory; `kept` says when that may be told. Imports `matching`, `model` and
`primitives`; knows no protocol."""
