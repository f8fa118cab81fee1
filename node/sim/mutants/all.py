"""Every planted bug."""

from typing import Final

from node.sim.mutants.durability import DURABILITY
from node.sim.mutants.protocol import PROTOCOL
from node.sim.mutants.verification import VERIFICATION

MUTANTS: Final = (*PROTOCOL, *DURABILITY, *VERIFICATION)
