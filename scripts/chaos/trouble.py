"""What breaks a run."""


class Trouble(Exception):  # noqa: N818 - a finding, not a fault of this program
    """Something that must never happen."""
