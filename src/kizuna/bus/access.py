"""How Zenoh is set up for a node: who may be reached how, and what each certificate's name may do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kizuna.bus.keys import AUTHORITY
from kizuna.bus.lines import MOST_BYTES


@dataclass(frozen=True, slots=True)
class Address:
    """Where a node is on the network.

    Parameters
    ----------
    keys
        Folder with the authority's certificate and the node's own certificate and key.
    listen, connect
        Endpoints such as ``tls/127.0.0.1:7451``: where it waits for peers, and where it looks for them.
    """

    keys: Path
    listen: tuple[str, ...]
    connect: tuple[str, ...] = ()


def settings(node: str, peers: tuple[str, ...], senders: tuple[str, ...], address: Address) -> dict[str, Any]:
    """Zenoh's settings: peers only, mutual TLS, and only what a certificate's name may do."""
    key, certificate = str(address.keys / f"{node}.key"), str(address.keys / f"{node}.pem")
    return {
        "mode": "peer",
        "listen/endpoints": list(address.listen),
        "connect/endpoints": list(address.connect),
        "scouting/multicast/enabled": False,
        "scouting/gossip/enabled": False,
        "transport/link/protocols": ["tls"],
        "transport/link/rx/max_message_size": MOST_BYTES // 2,
        "transport/link/tls": {
            "root_ca_certificate": str(address.keys / f"{AUTHORITY}.pem"),
            "enable_mtls": True,
            "listen_private_key": key,
            "listen_certificate": certificate,
            "connect_private_key": key,
            "connect_certificate": certificate,
            "verify_name_on_connect": True,
        },
        "access_control": _access(node, peers, senders),
    }


def _access(node: str, peers: tuple[str, ...], senders: tuple[str, ...]) -> dict[str, Any]:
    """What each certificate's name may do here; all else is denied."""
    rules, subjects, policies = [], [], []
    for other in sorted({*peers, *senders} - {node}):
        allowed = []
        if other in senders:
            allowed += [("ingress", "put", f"kizuna/{other}/{node}")]
            allowed += [("egress", "declare_subscriber", f"kizuna/*/{node}")]
        if other in peers:
            allowed += [("egress", "put", f"kizuna/{node}/{other}")]
            allowed += [("ingress", "declare_subscriber", f"kizuna/*/{other}")]
        names = [f"{flow} {message} {other}" for flow, message, _ in allowed]
        rules += [
            {"id": name, "permission": "allow", "flows": [flow], "messages": [message], "key_exprs": [keys]}
            for name, (flow, message, keys) in zip(names, allowed, strict=True)
        ]
        subjects.append({"id": other, "cert_common_names": [other]})
        policies.append({"rules": names, "subjects": [other]})
    return {
        "enabled": True,
        "default_permission": "deny",
        "rules": rules,
        "subjects": subjects,
        "policies": policies,
    }
