"""The policies of SROS2 as sets of (kind, right, name), names and actions written out."""

import re
from pathlib import Path
from xml.etree import ElementTree

FILE = Path(__file__).resolve().parents[2] / "security" / "astra.policy.xml"
KINDS = {
    "topics": ("topic", ("publish", "subscribe")),
    "services": ("service", ("reply", "request")),
    "actions": ("action", ("call", "execute")),
}
_COMPRESSED = "/camera/*/image_raw/compressed"
_NAV2 = {
    f"/navigate_to_pose/_action/{part}"
    for part in ("send_goal", "cancel_goal", "get_result", "feedback", "status")
}
#: What a node does on some robots only, or with other parts than the default ones.
OPTIONAL = {
    "astra_guard": set(),
    "astra_local": {"/camera/*/image_raw", _COMPRESSED},
    "astra_global": {_COMPRESSED, *_NAV2},
    "astra_lifecycle": set(),
    "astra_viewer": set(),
    "astra_sim": set(),
}


def of_any_camera(name):
    return re.sub(r"^/camera/[^/]+/", "/camera/*/", name)


def rules():
    """Return the rules of each enclave by its path."""
    found = {}
    for enclave in ElementTree.parse(FILE).getroot().iterfind("enclaves/enclave"):
        allowed = found[enclave.attrib["path"]] = set()
        for profile in enclave.iterfind("profiles/profile"):
            for group in profile:
                item, rights = KINDS[group.tag]
                (right,) = group.attrib
                assert right in rights and group.attrib[right] == "ALLOW"
                for entry in group:
                    assert entry.tag == item
                    name = _absolute(entry.text, profile.attrib)
                    new = (
                        _action(right, name)
                        if group.tag == "actions"
                        else {(group.tag, right, name)}
                    )
                    assert not new & allowed, f"{name} stands twice"
                    allowed |= new
    return found


def _absolute(name, profile):
    if name.startswith("/"):
        return name
    if name.startswith("~/"):
        name = f"{profile['node']}/{name[2:]}"
    return f"{profile['ns'].rstrip('/')}/{name}"


def _action(right, name):
    """Write an action out as the topics and services that it is made of."""
    serves = right == "execute"
    services = {
        ("services", "reply" if serves else "request", f"{name}/_action/{part}")
        for part in ("send_goal", "cancel_goal", "get_result")
    }
    topics = {
        ("topics", "publish" if serves else "subscribe", f"{name}/_action/{part}")
        for part in ("feedback", "status")
    }
    return services | topics
