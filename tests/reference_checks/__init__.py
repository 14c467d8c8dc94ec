"""Comparisons with arrays that the original RPCL-pix2seq wrote; used by pytest and by a script.

Every module has `check(path)`, which takes one file (or folder) of a reference set and gives
its findings one by one. `tests/check_reference.py` runs them all.
"""
