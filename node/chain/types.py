"""Distinct types for distinct values, and the field types of the closed grammar.

A ``NewType`` separates meanings for the type checker; the ``...F`` aliases add the bounds of the encoding, so that a
decoder refuses whatever the grammar of ``docs/spec/encoding.md`` does not contain.
"""

from typing import Annotated, NewType

from msgspec import Meta

Hash = NewType("Hash", bytes)
"""32 bytes of SHA-256."""
Id = NewType("Id", bytes)
"""16 bytes that name a person, an actor, an order or another object; derived, never chosen."""
Code = NewType("Code", str)
"""ASCII ``[a-z0-9._-]{1,32}``: a district, a site, a service class, a reason."""
Height = NewType("Height", int)
"""Number of a block; genesis is 0, the first block is 1."""
Round = NewType("Round", int)
"""Attempt at one height, from 0."""
Minutes = NewType("Minutes", int)
"""Whole minutes of service; the unit of account."""
EpochMs = NewType("EpochMs", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

UINT_MAX = 2**53 - 1
"""Largest integer of the grammar: the largest that a browser holds exactly."""
CODE_PATTERN = r"\A[a-z0-9._-]{1,32}\Z"

_UINT = Meta(ge=0, le=UINT_MAX)

UintF = Annotated[int, _UINT]
HeightF = Annotated[Height, _UINT]
RoundF = Annotated[Round, _UINT]
MinutesF = Annotated[Minutes, _UINT]
EpochMsF = Annotated[EpochMs, _UINT]
HashF = Annotated[Hash, Meta(min_length=32, max_length=32)]
IdF = Annotated[Id, Meta(min_length=16, max_length=16)]
CodeF = Annotated[Code, Meta(pattern=CODE_PATTERN)]
OptionalHashF = Annotated[Hash, Meta(max_length=32)]
"""A hash, or empty bytes for none (a nil block id, the certificate of block 1)."""
OptionalIdF = Annotated[Id, Meta(max_length=16)]
"""An id, or empty bytes for none."""
SignatureF = Annotated[bytes, Meta(min_length=64, max_length=64)]

ZERO_HASH = Hash(bytes(32))
ZERO_ID = Id(bytes(16))
NO_HASH = Hash(b"")
NO_ID = Id(b"")
