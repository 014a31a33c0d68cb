"""Files that may hold anything: read with limits, and every fault is one sentence.

What a file costs is known before it is paid: sizes are read from headers and compared with limits
before anything is unpacked, expanded or allocated. Each reader is told which error to raise, so
that a damaged map stays a ``MapFormatError`` and a damaged setting a ``ConfigError``.
"""
