"""Backups and their proof: everything in one sealed file, restored into a database of
its own to show that it can be.

`making` writes a file, `restoring` builds from it and takes a database's place,
`proving` looks at what was built, `evidence` is the page of it, `keeping` says which
files stay, `watching` does it by the clock and notifies the auditor.
"""
