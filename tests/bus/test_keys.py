"""Keys bear the node's name, are readable by their owner alone, and are never overwritten."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from kizuna.bus.keys import issue, make_authority
from kizuna.errors import InputError


def certificate(path: Path) -> x509.Certificate:
    """The certificate in a file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_bears_the_node_s_name_and_the_authority_s_signature(tmp_path: Path) -> None:
    authority = certificate(make_authority(tmp_path))
    made = certificate(issue(tmp_path, "JPN", ("192.0.2.7", "radar.example")))
    made.verify_directly_issued_by(authority)
    assert made.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "JPN"
    hosts = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert hosts.get_values_for_type(x509.DNSName) == ["localhost", "radar.example"]
    assert [str(each) for each in hosts.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "192.0.2.7"]


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    make_authority(tmp_path)
    issue(tmp_path, "JPN")
    for name in ("authority.key", "JPN.key"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A new authority would make all certificates worthless."""
    make_authority(tmp_path)
    issue(tmp_path, "JPN")
    with pytest.raises(InputError, match="holds an authority already"):
        make_authority(tmp_path)
    for name in ("JPN", "authority"):
        with pytest.raises(InputError, match=f"holds a key of '{name}' already"):
            issue(tmp_path, name)


def test_no_certificate_without_an_authority(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no authority; expected one made by `kizuna keys init`"):
        issue(tmp_path, "JPN")
