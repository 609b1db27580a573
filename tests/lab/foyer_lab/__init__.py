"""The lab: many homes on one machine, each behind its own line. See ../README.md."""
