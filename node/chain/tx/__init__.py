"""What can be said: the closed union of transaction bodies, by family, and the signed envelope around them.

Each ``tx/<family>.py`` has its twin ``rules/<family>.py``, which says when a statement is allowed and what it changes.
Nothing here knows the state.
"""
