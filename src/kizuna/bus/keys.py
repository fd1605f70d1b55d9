"""Keys of a network: an authority of its own, and a certificate for each node that bears the node's name."""

import datetime as dt
import ipaddress
import os
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kizuna.errors import InputError, WorkError
from kizuna.files import replacing

AUTHORITY: Final = "authority"
"""What the authority's own files are called."""
_VALID_DAYS: Final = 365
_EARLIER: Final = dt.timedelta(hours=1)
"""Clocks of other nodes may be behind."""


def make_authority(folder: Path) -> Path:
    """Make an authority in a folder, and give the path of its certificate.

    Raises
    ------
    InputError
        When there is one already: a new one would make all that it has issued worthless.
    WorkError
        When the files can't be written.
    """
    if (folder / f"{AUTHORITY}.key").exists():
        raise InputError(str(folder), "", "holds an authority already", "a folder without one")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kizuna authority")])
    made = (
        _certificate(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _write(folder, AUTHORITY, key, made)


def issue(folder: Path, node: str, hosts: tuple[str, ...] = ()) -> Path:
    """Issue a certificate to a node, and give its path; its key lies beside it.

    Parameters
    ----------
    folder
        Where the authority lies.
    node
        Name of the node, the certificate's common name: by it others know the node.
    hosts
        Names or addresses of the machine that it runs on, besides this one's.

    Raises
    ------
    InputError
        When the folder holds no authority, or the node has its key already.
    WorkError
        When the files can't be written.
    """
    try:
        certificate = x509.load_pem_x509_certificate((folder / f"{AUTHORITY}.pem").read_bytes())
        signer = serialization.load_pem_private_key((folder / f"{AUTHORITY}.key").read_bytes(), None)
    except (OSError, ValueError):
        raise InputError(str(folder), "", "holds no authority", "one made by `kizuna keys init`") from None
    if node == AUTHORITY or (folder / f"{node}.key").exists():
        raise InputError(str(folder), "", f"holds a key of {node!r} already", "another name")
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise InputError(str(folder), "", "holds a key that Kizuna has not made", "an elliptic curve's")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node)])
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    made = (
        _certificate(name, certificate.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_host(host) for host in ("localhost", "127.0.0.1", *hosts)]), False
        )
        .sign(signer, hashes.SHA256())
    )
    return _write(folder, node, key, made)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + dt.timedelta(days=_VALID_DAYS))
    )


def _usage(sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write(folder: Path, name: str, key: ec.EllipticCurvePrivateKey, made: x509.Certificate) -> Path:
    """Write a key, which its owner alone may read, and a certificate."""
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Made with these permissions, never readable by others for a moment.
        file = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(secret)
    except OSError as error:
        raise WorkError(f"{folder}: could not be written ({error.strerror})") from error
    with replacing(path) as temporary:
        temporary.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path
