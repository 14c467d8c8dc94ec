"""A person's own drawings, one in each file, in a folder for each category: SVG and JSON."""
