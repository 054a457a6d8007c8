"""The house's own TLS certificate: made once, pinned by its fingerprint, asked of nobody.

Terminals learn the SHA-256 fingerprint from the enrolment code's QR and accept only that one, so a
self-signed certificate is as good as any (reliability S-2). TLS 1.3 only.
"""

import datetime
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync_server.private_files import write_private

_VALID = datetime.timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class SiteCertificate:
    """`context` for the listener, `fingerprint` (hex SHA-256) for terminals."""

    context: ssl.SSLContext
    fingerprint: str


def site_certificate(
    folder: Path, host_names: Sequence[str], now: datetime.datetime
) -> SiteCertificate:
    """The certificate kept in `folder`, made at the first call. The key file is 0600."""
    key_path, cert_path = folder / "site.key", folder / "site.crt"
    if not (key_path.exists() and cert_path.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        cert = _self_signed(key, host_names, now)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(key_path, pem)
        write_private(cert_path, cert.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(cert_path, key_path)
    cert = x509.load_pem_x509_certificate(cert_path.read_bytes())
    return SiteCertificate(context, cert.fingerprint(hashes.SHA256()).hex())


def _self_signed(
    key: ec.EllipticCurvePrivateKey, host_names: Sequence[str], now: datetime.datetime
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vitrylo site")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectAlternativeName(_names(host_names)), critical=False)
        .sign(key, hashes.SHA256())
    )


def _names(host_names: Sequence[str]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = []
    for name in host_names:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            names.append(x509.DNSName(name))
    return names
