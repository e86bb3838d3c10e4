"""Published data sets, read in the format they come in, and what others reached on them.

Neither audio nor annotations come with this package: whoever has them names the files.
"""
