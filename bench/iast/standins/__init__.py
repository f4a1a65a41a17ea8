"""What the applications and the tools talk to: loopback stand-ins for the outside, each small and real on the wire.

One process in the bench's own environment has them all: `python -m bench.iast.standins FOLDER` prints their ports as
a line of JSON and appends what they are told to files in the folder.
"""
