"""The trading core: it joins the engines behind one sequencer and writes what they decide to the journal.

Commands are drained in batches, each command and its events are one frame, and nothing is acknowledged or
sent before its batch is on disk. It may import `oms`, `risk`, `ledger`, `ports`, `model` and
`primitives`; clock, storage, identifiers, venue and task spawning are injected. Start at the sequencer,
then the journal.
"""
