"""What lines over Unix sockets between the platform's processes have in common.

A greeting with a version, then frames of a length and a MessagePack message: `framing`. `sockets` is the
path, `client` a line that is made again when it is lost, `server` the side that listens. Which messages there
are is the concern of `core_link` and `prism_line`, which are made of this. It may import `ports`, `model`,
`primitives`. Start at `framing`.
"""
