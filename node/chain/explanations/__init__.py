"""Each error code as a sentence for people, with what to do about it, in Chinese and in English.

The command line, the HTTP problems and the pages say the same words; all of them may import it, and it imports only
``node.chain.errors``. Sentences name no values: the detail of a ``Rejected`` carries them. Never here: the meaning of
a code that has no number.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from node.chain.errors import ErrorCode
from node.chain.explanations.conflict import CONFLICT
from node.chain.explanations.explanation import Explanation
from node.chain.explanations.limit import LIMIT
from node.chain.explanations.malformed import MALFORMED
from node.chain.explanations.policy import POLICY
from node.chain.explanations.unauthorised import UNAUTHORISED

__all__ = ["EXPLANATIONS", "Explanation"]

EXPLANATIONS: Final[Mapping[ErrorCode, Explanation]] = MappingProxyType(
    {**MALFORMED, **UNAUTHORISED, **CONFLICT, **LIMIT, **POLICY}
)
"""The sentence of every code."""
