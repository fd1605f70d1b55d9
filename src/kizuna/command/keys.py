"""Keys of posts and nodes: Ed25519, private ones in a folder, public ones in a register."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from kizuna.errors import InputError
from kizuna.files import replacing, write_text

PUBLIC: Final = "public.json"
"""The register in a folder of keys: the public key of each name, in hexadecimal."""

Register = dict[str, str]
"""Public keys by the name of the post or node, in hexadecimal."""


class Keys:
    """Private keys by the name of the post or node that signs with them.

    Parameters
    ----------
    private
        The keys.
    place
        What to call them in errors.
    """

    def __init__(self, private: Mapping[str, Ed25519PrivateKey], place: str) -> None:
        self._private = dict(private)
        self._place = place

    @classmethod
    def of_exercise(cls, seed: int, names: Iterable[str]) -> "Keys":
        """Keys that follow from the seed of a simulated exercise: the same bytes each time, and no secret."""
        made = {
            name: Ed25519PrivateKey.from_private_bytes(
                hashlib.blake2b(f"kizuna exercise\x1f{seed}\x1f{name}".encode(), digest_size=32).digest()
            )
            for name in names
        }
        return cls(made, f"seed {seed}")

    @classmethod
    def read(cls, folder: Path | str) -> "Keys":
        """The keys in the files NAME.pem of a folder.

        Raises
        ------
        InputError
            When there are none, or a file is not such a key.
        """
        paths = sorted(Path(folder).glob("*.pem"))
        if not paths:
            raise InputError(str(folder), "", "holds no key", "files NAME.pem, as `kizuna ledger keys` makes")
        return cls({path.stem: _read_key(path) for path in paths}, str(folder))

    @property
    def register(self) -> Register:
        """The public keys that belong to these."""
        return {name: key.public_key().public_bytes_raw().hex() for name, key in self._private.items()}

    def sign(self, name: str, message: bytes) -> bytes:
        """What a post or node says, signed.

        Raises
        ------
        InputError
            When there is no key of this name.
        """
        if name not in self._private:
            raise InputError(self._place, "", f"holds no key of {name!r}", f"{name}.pem")
        return self._private[name].sign(message)


def make(folder: Path | str, names: Iterable[str]) -> None:
    """Make new keys: NAME.pem for each name, readable by the owner alone, and the register of all.

    Raises
    ------
    InputError
        When there is a key of a name already.
    WorkError
        When the folder can't be written.
    """
    wanted = list(names)
    for name in wanted:
        if (Path(folder) / f"{name}.pem").exists():
            raise InputError(str(folder), "", f"holds a key of {name!r} already", "another name")
    for name in wanted:
        key = Ed25519PrivateKey.generate()
        path = Path(folder) / f"{name}.pem"
        with replacing(path) as temporary:
            temporary.write_bytes(
                key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            )
        path.chmod(0o600)
    register = Keys.read(folder).register
    write_text(Path(folder) / PUBLIC, json.dumps(register, indent=1, sort_keys=True) + "\n")


def read_register(path: Path | str) -> Register:
    """The public keys in a register such as `public.json`.

    Raises
    ------
    InputError
        When the file is no register.
    """
    expected = "names and public keys in hexadecimal, as `kizuna ledger keys` writes into public.json"
    try:
        held = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), "", f"can't be read ({error.strerror})", expected) from None
    except ValueError:
        raise InputError(str(path), "", "is not JSON", expected) from None
    if not isinstance(held, dict) or not all(is_public(key) for key in held.values()):
        raise InputError(str(path), "", "is no register of keys", expected)
    return held


def is_public(key: object) -> bool:
    """Whether this is a public key in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key) if isinstance(key, str) else b"")
    except ValueError:
        return False
    return True


def signed_by(key: str, signature: bytes, message: bytes) -> bool:
    """Whether a message was signed with the private key that belongs to a public one."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _read_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise InputError(str(path), "", f"can't be read ({error.strerror})", "a private key") from None
    except (ValueError, TypeError):
        raise InputError(str(path), "", "is no private key", "Ed25519 in PEM, without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(str(path), "", "is a key of another kind", "an Ed25519 key")
    return key
