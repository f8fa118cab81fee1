"""The genesis of the city in memory: four districts, their staff and a small catalogue, with keys from names."""

from node.chain import keys
from node.chain.certificate import Authority, AuthoritySet
from node.chain.genesis import Genesis, GenesisDistrict, GenesisPerson
from node.chain.hashing import digest
from node.chain.policy import HOUR_MS, OrderPolicy, Policy, ServiceClass, quarter_end_ms
from node.chain.records.actors import Role
from node.chain.types import Code, EpochMs, Hash, Height

START_MS = 1_772_000_000_000
FAR_MS = EpochMs(quarter_end_ms(START_MS + 10 * 365 * 24 * HOUR_MS))
GULOU, JIANYE = Code("gulou"), Code("jianye")
DISTRICTS = (GULOU, JIANYE, Code("qinhuai"), Code("xuanwu"))
SITE = Code("site-1")


UNSAMPLED = Policy(1, Height(0), orders=OrderPolicy(sample_permille=0))
"""The defaults, but no order is drawn for a call-back, which would make it cool for a week by chance."""


def seed_of(name: str) -> bytes:
    """A key seed for tests, from a name."""
    return digest("test-seed", Hash(b""), name.encode())


def service(code: str, **changes: object) -> ServiceClass:
    """A plain service class."""
    values: dict[str, object] = {
        "code": code,
        "parent": code,
        "risk": 1,
        "weight_permille": 1_000,
        "version": 1,
        "siblings": 1,
        "home_visit": 0,
        "training": 0,
        "urgent": 0,
        "retired": 0,
        "districts": (),
    }
    return ServiceClass(**(values | changes))  # type: ignore[arg-type]


def make_genesis(policy: Policy | None = None, districts: tuple[Code, ...] = DISTRICTS) -> Genesis:
    """Four districts, each with two recorders, reviewers, arbiters, callers and treasurers."""
    members = tuple(
        Authority(
            code,
            1,
            *(
                keys.public_key(seed_of(f"{use}/{code}"))
                for use in ("consensus", "operator", "checkpoint", "tls")
            ),
        )
        for code in districts
    )
    persons = tuple(
        GenesisPerson(
            code,
            SITE,
            keys.public_key(seed_of(f"{name}/{code}")),
            tuple(Role(Code(role), code, Code("-"), FAR_MS) for role in roles)
            + (
                (
                    Role(Code("arbiter"), Code("city"), Code("-"), FAR_MS),
                    Role(Code("issuer"), Code("city"), Code("-"), FAR_MS),
                )
                if name == "city-arbiter"
                else ()
            ),
            EpochMs(0),
        )
        for code in districts
        for name, roles in STAFF.items()
    )
    return Genesis(
        version=1,
        suite=1,
        city=Code("nanjing"),
        name_zh="南京".encode(),
        name_en=b"Nanjing",
        created_ms=EpochMs(START_MS),
        rehearsal_rate=1,
        districts=tuple(
            GenesisDistrict(c, c.encode(), c.encode(), (SITE, Code("site-2"))) for c in districts
        ),
        authorities=AuthoritySet(members),
        bureau_key=keys.public_key(seed_of("bureau")),
        recovery_threshold=0,
        recovery_keys=(),
        policy=policy or UNSAMPLED,
        catalogue=(
            service("company"),
            service("cleaning", weight_permille=1_500),
            service("bathing", siblings=2, home_visit=1),
            service("medical", training=1),
            service("hospice", parent="company"),
            service("retired-class", retired=1),
            service("rescue", urgent=1),
            service("gardening", districts=(Code("jianye"),)),
        ),
        persons=persons,
    )


STAFF: dict[str, tuple[str, ...]] = {
    "recorder": ("recorder", "operator"),
    "reviewer": ("reviewer", "operator"),
    "second": ("reviewer", "caller"),
    "arbiter": ("arbiter",),
    "city-arbiter": (),
    "clerk": ("recorder", "caller"),
    "treasurer": ("treasurer",),
    "second-treasurer": ("treasurer",),
}
