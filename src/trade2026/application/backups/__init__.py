"""A copy of a desk in one file, and a desk from such a file.

`container` is the file: a tar archive of which every byte is covered by a digest; `manifest` what it says of
itself; `make` collects the parts of a desk that runs or is down; `restore` checks all of it before it touches
anything.
"""
