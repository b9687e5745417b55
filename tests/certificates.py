"""Certificates for tests, made by openssl."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.conftest import skip_or_fail


class Authority:
    """A certificate authority in a folder, as a company has its own."""

    def __init__(self, folder: Path, name: str) -> None:
        if not shutil.which("openssl"):
            skip_or_fail("openssl makes the certificates")
        self._folder = folder
        self.file, self._key = folder / f"{name}.pem", folder / f"{name}-key.pem"
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", self._key, "-out", self.file, "-subj", f"/CN={name}",
                 "-days", "2")  # fmt: skip

    def certify(self, name: str, subject: str = "") -> tuple[Path, Path]:
        """Return the files of a certificate for a name, and of its key."""
        subject = subject or f"DNS:{name}"
        stem = self._folder / f"{self.file.stem}-{name}"
        request, certificate, key = (stem.with_suffix(end) for end in (".csr", ".crt", ".key"))
        _openssl("req", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        names = stem.with_suffix(".ext")
        names.write_text(f"subjectAltName={subject}\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial",
                 "-out", certificate, "-days", "2", "-extfile", names)  # fmt: skip
        return certificate, key


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
