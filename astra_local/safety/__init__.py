"""The last word before the wheels. Nothing heavy: the guard runs in a process of its own."""
