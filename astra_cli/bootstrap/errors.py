"""The one failure that set-up reports to a person."""


class SetupError(Exception):
    """Set-up cannot go on; the message is one clear line that says what to do."""
