"""Readers of the Quick, Draw! data set's own files, and Google's simplification of raw drawings."""
