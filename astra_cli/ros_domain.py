"""A ROS 2 domain of one's own: a demo or a test must never drive somebody's robot."""

import random
import socket
from collections.abc import MutableMapping
from pathlib import Path

from astra_core.errors import AstraError

# DDS: the first ports of a domain start at 7400 + 250 * domain. Above 101 they reach into Linux's
# ephemeral ports.
BASE_PORT = 7400
PORTS_PER_DOMAIN = 250
LAST_DOMAIN = 101
DISCOVERY_OFFSETS = (0, 10, 11)

LOCALHOST_PROFILE = Path(__file__).resolve().parent.parent / "config" / "fastdds_localhost.xml"
#: In ``config/``, too: for robots, whose launch sets it; it has the room for pictures only.
ROBOT_PROFILE = "fastdds_robot.xml"
#: The second is the name before Fast DDS 3.0.
PROFILE_VARIABLES = ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE")


def find_free_domain(generator: random.Random | None = None) -> int:
    """Find a domain in which nobody on this machine takes part.

    Domain 0 is left out: it is where every robot without a setting lives. The search starts
    anywhere, so that two callers at once are unlikely to agree.

    Args:
        generator: Source of randomness; a fresh one by default.

    Returns:
        A domain id from 1 to 101.

    Raises:
        AstraError: If every domain is taken.
    """
    domains = list(range(1, LAST_DOMAIN + 1))
    (generator or random.Random()).shuffle(domains)
    for domain in domains:
        if is_free(domain):
            return domain
    raise AstraError("every ROS 2 domain from 1 to 101 is in use on this machine")


def is_free(domain: int) -> bool:
    """Whether the discovery ports of a domain are unbound on this machine."""
    for offset in DISCOVERY_OFFSETS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("", BASE_PORT + PORTS_PER_DOMAIN * domain + offset))
            except OSError:
                return False
    return True


def isolate(environ: MutableMapping[str, str], domain: int) -> None:
    """Keep the ROS 2 programs started with an environment on this host and in one domain.

    The range of discovery alone does not do it: Fast DDS would find nobody elsewhere, but still
    listen on every network interface, and who knows the ports may send commands. Its profile binds
    it to the loopback; one that the environment names already is for another purpose and gives way,
    as the other settings do.

    Args:
        environ: Environment to change.
        domain: The domain id.
    """
    for name in PROFILE_VARIABLES:
        environ[name] = str(LOCALHOST_PROFILE)
    environ["ROS_DOMAIN_ID"] = str(domain)
    environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    environ.pop("ROS_STATIC_PEERS", None)
    environ.pop("ROS_LOCALHOST_ONLY", None)
