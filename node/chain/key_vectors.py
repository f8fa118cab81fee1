"""Edge cases of Ed25519 with their verdicts, which ``keys`` checks on import.

The list is written by ``scripts/gen_vectors.py``; ``tests/vectors/signatures.json`` holds the same.
"""

from typing import Final, NamedTuple


class KeyVector(NamedTuple):
    """One input and what suite 1 says to it; bytes in hexadecimal."""

    name: str
    key: str
    message: str
    r: str
    """First half of the signature."""
    s: str
    """Second half of the signature."""
    admitted: bool
    """The key may be registered."""
    verifies: bool
    """The signature equation and the byte checks hold."""


VECTORS: Final[tuple[KeyVector, ...]] = (
    KeyVector(
        name="honest",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="0273c0cb918a0a3928c9e58e8dd4c51a15ff91395f0abac9d0148104923f99ef",
        s="b7b03335de5b88f0738eca56130509fced6ea0c146b23784e85cf4927ae1be04",
        admitted=True,
        verifies=True,
    ),
    KeyVector(
        name="honest, empty message",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="",
        r="87a2a2753272bddff684a18a1eb02ab534478a65671e9e6497a7349dbe44c417",
        s="f647fe82355544c0851b6136941aa11f9dfa616d6b5d0906d17ed9685a039f04",
        admitted=True,
        verifies=True,
    ),
    KeyVector(
        name="another message",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3331206d696e75746573",
        r="0273c0cb918a0a3928c9e58e8dd4c51a15ff91395f0abac9d0148104923f99ef",
        s="b7b03335de5b88f0738eca56130509fced6ea0c146b23784e85cf4927ae1be04",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="S + L",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="0273c0cb918a0a3928c9e58e8dd4c51a15ff91395f0abac9d0148104923f99ef",
        s="a4842992f8be9a484a2bc2f9f1fee710ee6ea0c146b23784e85cf4927ae1be14",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="R + T2",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="ec06355d68a0cd1ac04dc0820ef7c13a863d4099451e91697b130e5dfffdfc07",
        s="19ff7891fc28db3a319824a82da7481af0404a481b1fffc5709613f123173308",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="R + T4",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="e2126b9d5123549662c875eebe8533f425fc0ad9d238b900f3a755998be072c0",
        s="24a7c43affddde5fc024bbf360c7ae69d27817dc6092f411cbf20aaa5f079502",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="R + T8",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="7ff22084f9a247889a390badb939794742c026b7fe1c7f5eb5b9662df0c78dc7",
        s="d5424d180afa3c4814f87b3f00d397120ee5c7dba43646e0bc9bb8e077b88607",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="key A + T8, R in the subgroup",
        key="456b8a714ccb84db1d7d5ced98b682c803aa93e26f4cf88af5786ce47b320876",
        message="3330206d696e75746573",
        r="01f9caa2975f32e53fb23f7df1083ec579c2bf66bae16e9684ecf1a2000203f8",
        s="c7b403aa287b26fd42b76f2e6dec5da608cb91bf1ef3d45e5534b41c42c0e205",
        admitted=False,
        verifies=False,
    ),
    KeyVector(
        name="key A + T8, R = rB - hT8",
        key="456b8a714ccb84db1d7d5ced98b682c803aa93e26f4cf88af5786ce47b320876",
        message="3330206d696e75746573",
        r="35753d5ecf93c761175a02cb41e728de9efeb032a2c9a3de62e5818dbb7cf61d",
        s="42a62a3deaa6eadc1dfc5e59a2fba884e6237e3eda4a41812f5d3d654ad5260d",
        admitted=False,
        verifies=True,
    ),
    KeyVector(
        name="key of order 8",
        key="c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        message="3330206d696e75746573",
        r="8405be578d83ab7fe4b2522ee57f2854548d27f0451661d569ab01240e554cad",
        s="998f8bd965cb4db6673c56fcf9b8924729ed798d291f5fbb607ac92544a54809",
        admitted=False,
        verifies=False,
    ),
    KeyVector(
        name="key is the identity",
        key="0100000000000000000000000000000000000000000000000000000000000000",
        message="3330206d696e75746573",
        r="01f9caa2975f32e53fb23f7df1083ec579c2bf66bae16e9684ecf1a2000203f8",
        s="59aef0e65fd4d2ee4f89c75c0b6877a748fa723ae9875b03517bcf3e460d060a",
        admitted=False,
        verifies=False,
    ),
    KeyVector(
        name="key y = p + 1",
        key="eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        message="3330206d696e75746573",
        r="01f9caa2975f32e53fb23f7df1083ec579c2bf66bae16e9684ecf1a2000203f8",
        s="59aef0e65fd4d2ee4f89c75c0b6877a748fa723ae9875b03517bcf3e460d060a",
        admitted=False,
        verifies=False,
    ),
    KeyVector(
        name="key y = p",
        key="edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        message="3330206d696e75746573",
        r="75f0b1ae47c7a81136c75fa287c16c427880717bd30b701540df30443673b2ea",
        s="575616632d6e4ae1643d6f48d32f5fc3381bad4678a5fed9b53d5238f493ae00",
        admitted=False,
        verifies=False,
    ),
    KeyVector(
        name="R is the identity",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="0100000000000000000000000000000000000000000000000000000000000000",
        s="896d8f3f45efd2a4c51fe10b0fe90631bf0b8797381889d49c2c317bcf722306",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="R is the identity as y = p + 1",
        key="9a178f405fabb34fbd473c701dad9430733e954262540939b5b04e1956000f8d",
        message="3330206d696e75746573",
        r="eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        s="77db1c91a34a59d651fcd957c41421adde459fb5df27c5c6885f5d0c17b98c03",
        admitted=True,
        verifies=False,
    ),
    KeyVector(
        name="key not on the curve",
        key="0200000000000000000000000000000000000000000000000000000000000000",
        message="3330206d696e75746573",
        r="0273c0cb918a0a3928c9e58e8dd4c51a15ff91395f0abac9d0148104923f99ef",
        s="b7b03335de5b88f0738eca56130509fced6ea0c146b23784e85cf4927ae1be04",
        admitted=False,
        verifies=False,
    ),
)
