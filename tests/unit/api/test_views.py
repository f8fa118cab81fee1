"""Records as JSON."""

from typing import get_args

import msgspec
import pytest

from node.api.views import name_of, render, view
from node.chain.genesis import first_records
from node.chain.records import KINDS
from node.chain.records.accounts import Totals
from node.chain.tx.envelope import Body
from node.chain.tx.organisation import OpenSite
from node.chain.types import Code
from tests.kernel_city import make_genesis


def test_bytes_are_hexadecimal_and_totals_are_minutes():
    """The two forms that differ from the record's own."""
    assert render(b"\x00\xff") == "00ff"
    assert render(Totals(30, 90)) == {"debits_min": 30, "credits_min": 90, "balance_min": 60}


def test_a_statement_among_several_kinds_says_its_kind():
    """A proposal's action is known by name."""
    shown = render(OpenSite(Code("gulou"), Code("site-9")))
    assert shown == {"kind": "open_site", "district": "gulou", "site": "site-9"}


def test_every_record_of_a_genesis_state_has_a_view_with_all_its_fields():
    """The rule is generic: a new field cannot be forgotten, and everything is plain JSON."""
    for record in first_records(make_genesis()):
        shown = view(record)
        assert tuple(shown) == record.__struct_fields__
        assert msgspec.json.decode(msgspec.json.encode(shown)) == shown


def test_names_of_kinds_are_distinct():
    """A kind can be told from its name."""
    names = [name_of(kind) for kind in (*KINDS, *get_args(Body))]
    assert len(set(names)) == len(names)


def test_what_no_record_holds_is_refused():
    """A float would lose minutes; it is our mistake and never shown."""
    for value in (1.5, {1, 2}, object(), Totals):
        with pytest.raises(TypeError):
            render(value)
