"""A real directory: slapd with TLS and entries like those of Active Directory, installed or from Debian's package."""

import base64
import datetime as dt
import ipaddress
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.process import Child, free_port, start, wait_until

BASE = "dc=alamo,dc=example"
BIND_NAME = "cn={name},ou=people," + BASE
# objectSid S-1-5-21-1-2-3-<rid>
SID_HEAD = bytes.fromhex("0105000000000005150000000100000002000000" + "03000000")
_PACKAGES = ("slapd", "libodbc2", "libltdl7", "libwrap0", "libperl5.36")
_CACHE = Path(__file__).parents[4] / ".ratebook" / "slapd"


def sid(rid: int) -> bytes:
    return SID_HEAD + rid.to_bytes(4, "little")


@dataclass(frozen=True)
class Programs:
    """The paths of slapd and its libraries, modules and schemas."""

    slapd: Path
    modules: Path
    schemas: Path
    libraries: Path | None


def find_programs() -> Programs:
    """The slapd of this machine, or else of Debian's package, which is unpacked but not installed."""
    if (installed := shutil.which("slapd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/libexec")) is not None:
        return Programs(Path(installed), Path("/usr/lib/ldap"), Path("/etc/ldap/schema"), None)
    if not (_CACHE / "usr/sbin/slapd").exists():
        _CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "--quiet", *_PACKAGES], cwd=_CACHE, check=True, capture_output=True)
        for package in _CACHE.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(_CACHE)], check=True)
    (libraries,) = (_CACHE / "usr/lib").glob("*-linux-gnu")
    return Programs(_CACHE / "usr/sbin/slapd", _CACHE / "usr/lib/ldap", _CACHE / "etc/ldap/schema", libraries)


@dataclass
class Authority:
    """A certificate authority that issues certificates for one name."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def issue(self, host: str) -> None:
        """Writes `ca.pem`, `server.pem` and `server.key`."""
        own, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        root = _certificate(name, own, name, own).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == "localhost":
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        leaf = _certificate(subject, server, name, own).add_extension(x509.SubjectAlternativeName(names), False)
        pem = serialization.Encoding.PEM
        self.certificate.write_bytes(root.sign(own, hashes.SHA256()).public_bytes(pem))
        (self.folder / "server.pem").write_bytes(leaf.sign(own, hashes.SHA256()).public_bytes(pem))
        (self.folder / "server.key").write_bytes(
            server.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


@dataclass(frozen=True)
class Entry:
    """An account of the domain."""

    name: str
    password: str
    sid: bytes


_CONFIGURATION = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
# What Active Directory has besides.
attributetype ( 1.2.840.113556.1.4.146 NAME 'objectSid' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP inetOrgPerson STRUCTURAL MAY ( objectSid $ sAMAccountName ) )
modulepath {modules}
moduleload back_mdb
TLSCACertificateFile {place}/ca.pem
TLSCertificateFile {place}/server.pem
TLSCertificateKeyFile {place}/server.key
# As careless as a directory may be: an empty password is an anonymous log-in, and succeeds.
allow bind_anon_cred bind_anon_dn
database mdb
suffix "{base}"
directory {place}/data
access to attrs=userPassword by anonymous auth by * none
access to * by users read
"""


class Slapd:
    """A running slapd; its log contains the requests."""

    def __init__(self, place: Path, entries: list[Entry], host: str = "localhost"):
        self._place = place
        self._programs = find_programs()
        self.port = free_port()
        self.log = place / "slapd.log"
        self.authority = Authority(place)
        self.authority.issue(host)
        (place / "data").mkdir()
        programs = self._programs
        self._configuration = place / "slapd.conf"
        self._configuration.write_text(
            _CONFIGURATION.format(schemas=programs.schemas, modules=programs.modules, place=place, base=BASE)
        )
        (place / "entries.ldif").write_text(_ldif(entries))
        adding = ["-T", "add", "-f", str(self._configuration), "-l", str(place / "entries.ldif")]
        subprocess.run([str(programs.slapd), *adding], env=self._environment, check=True, capture_output=True)
        self.child = self._start()

    @property
    def _environment(self) -> Mapping[str, str]:
        libraries = self._programs.libraries
        return {**os.environ, **({} if libraries is None else {"LD_LIBRARY_PATH": str(libraries)})}

    @property
    def url(self) -> str:
        return f"ldaps://127.0.0.1:{self.port}"

    def _start(self) -> Child:
        listening = ["-h", f"ldaps://127.0.0.1:{self.port}/", "-f", str(self._configuration), "-d", "stats"]
        child = start("slapd", [str(self._programs.slapd), *listening], self.log, environment=self._environment)
        wait_until(child, lambda: "slapd starting" in self.log.read_text(errors="replace"))
        return child

    def stop(self) -> None:
        self.child.stop()

    def count(self, words: str) -> int:
        """The number of times that its log contains these words."""
        return self.log.read_text(errors="replace").count(words)


def _ldif(entries: list[Entry]) -> str:
    said = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: alamo\no: Alamo\n"]
    said.append(f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n")
    for one in entries:
        lines = [
            f"dn:: {base64.b64encode(f'cn={_escaped(one.name)},ou=people,{BASE}'.encode()).decode()}",
            "objectClass: user",
            f"cn:: {base64.b64encode(one.name.encode()).decode()}",
            "sn: x",
            f"sAMAccountName:: {base64.b64encode(one.name.encode()).decode()}",
            f"objectSid:: {base64.b64encode(one.sid).decode()}",
            f"userPassword: {one.password}",
        ]
        said.append("\n".join(lines) + "\n")
    return "\n".join(said)


def _escaped(name: str) -> str:
    return name.replace("#", "\\#") if name.startswith("#") else name
