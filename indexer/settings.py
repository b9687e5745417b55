"""Every setting once: name, default, help. `docs/settings.md` is made from this table.

A setting is read from the command line, else the environment (`NEWSARCHIVE_` + its name in capitals), else a
`newsarchive.toml` in the working directory, else its default here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_cache_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from indexer.errors import SettingsError

CONFIG_FILE = "newsarchive.toml"


class Settings(BaseSettings):
    """All settings; make one with `load_settings`, which turns bad values into one sentence."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSARCHIVE_", extra="forbid", frozen=True, toml_file=CONFIG_FILE
    )

    # What is stored where
    archive: Annotated[Path, Field(description="Folder of the embedded archive.")] = Path("archive")
    engine: Annotated[
        str,
        Field(description="`embedded`, or the address of an OpenSearch cluster (`https://host:9200`)."),
    ] = "embedded"
    cache: Annotated[
        Path,
        Field(description="Folder for model files and the encode cache; several archives may share it."),
    ] = user_cache_path("newsarchive")
    encode_cache: Annotated[
        bool, Field(description="Keep every encoded passage, so that a rebuild does not encode it again.")
    ] = True

    # The encoder
    model: Annotated[
        str,
        Field(
            description="Folder or hub name of a sentence-transformers model; empty for the bundled "
            "multilingual-e5-small."
        ),
    ] = ""
    backend: Annotated[
        str,
        Field(
            description="`auto`, `onnx` (bundled model only, no torch) or `sentence-transformers`. "
            "`auto` takes onnx for the bundled model on a CPU; on one with AMX, torch when many passages come.",
            pattern="^(auto|onnx|sentence-transformers)$",
        ),
    ] = "auto"
    device: Annotated[
        str, Field(description="`auto`, `cpu`, `cuda`, `cuda:1`, `mps`. The backend `onnx` has the CPU only.")
    ] = "auto"
    threads: Annotated[int, Field(description="Threads of the encoder; 0 for all cores.", ge=0, le=1024)] = 0
    batch_size: Annotated[int, Field(description="Passages the encoder takes at once.", ge=1, le=1024)] = 32
    query_prefix: Annotated[
        str, Field(description="Put before each query (a model other than the bundled one).")
    ] = "query: "
    passage_prefix: Annotated[
        str, Field(description="Put before each passage (a model other than the bundled one).")
    ] = "passage: "
    passage_tokens: Annotated[
        int, Field(description="Length of a passage in model tokens.", ge=32, le=480)
    ] = 200

    # Ingest
    max_file_bytes: Annotated[int, Field(description="Largest file, unpacked, that is read.", ge=1_000)] = (
        50_000_000_000
    )
    max_record_bytes: Annotated[
        int, Field(description="Largest single record (one article) that is read.", ge=1_000)
    ] = 32_000_000

    # Search
    search_timeout: Annotated[float, Field(description="Seconds a search may take.", gt=0, le=600)] = 10.0

    # Web
    host: Annotated[str, Field(description="Address the web app listens on; loopback unless told.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Field(description="Port of the web app; 0 for any free one.", ge=0, le=65535)] = 8000
    web_hosts: Annotated[
        str,
        Field(
            description="Names by which browsers may reach the web app besides `localhost` and addresses; several "
            "with commas. That of `web_url` is among them."
        ),
    ] = ""
    web_threads: Annotated[
        int,
        Field(
            description="Searches that the web app makes at the same time, and exports beside them; four times as "
            "many requests are answered.",
            ge=1,
            le=256,
        ),
    ] = 4
    web_language: Annotated[
        str,
        Field(
            description="Language of the pages for who has chosen none: `en`, `ar`, or `auto` for what the "
            "browser prefers.",
            pattern="^(auto|en|ar)$",
        ),
    ] = "auto"

    web_url: Annotated[
        str,
        Field(
            description="Address of the web app as readers know it (`https://news.example.org/`) where a proxy "
            "stands before it, and for links in alerts; empty for `host` and `port`.",
            # In ASCII (xn--... for other names), without login, query and escapes: it is compared with what arrives.
            pattern=r"^(https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*/?)?$",
        ),
    ] = ""

    # Translation
    translation_models: Annotated[
        Path | None,
        Field(
            description="Folder of translation models into English: unpacked Argos packages, or OPUS-MT models "
            "converted for CTranslate2. Without it nothing is translated."
        ),
    ] = None
    translation_timeout: Annotated[
        float,
        Field(description="Seconds that translating an article may take at a time.", gt=0, le=600),
    ] = 20.0
    translation_characters: Annotated[
        int, Field(description="Characters of an article that are translated at most.", ge=100)
    ] = 20_000

    # Alerts
    alert_recipients: Annotated[
        str,
        Field(
            description="Whom alerts may be mailed to: addresses and whole domains (`@example.org`), several with "
            "commas. Empty for nobody."
        ),
    ] = ""
    smtp_host: Annotated[str, Field(description="Mail server for alerts; empty for no mail.")] = ""
    smtp_port: Annotated[int, Field(description="Port of the mail server.", ge=1, le=65535)] = 587
    smtp_security: Annotated[
        str,
        Field(
            description="`starttls`, `tls` (from the first byte, port 465) or `none`.",
            pattern="^(starttls|tls|none)$",
        ),
    ] = "starttls"
    smtp_from: Annotated[str, Field(description="Address that alerts are mailed from.")] = ""
    smtp_user: Annotated[str, Field(description="User name for the mail server; empty for none.")] = ""
    smtp_password: Annotated[SecretStr, Field(description="Password for the mail server.")] = SecretStr("")

    # OpenSearch
    opensearch_prefix: Annotated[
        str, Field(description="Prefix of the archive's indices and aliases.", pattern="^[a-z][a-z0-9_-]*$")
    ] = "newsarchive"
    opensearch_user: Annotated[str, Field(description="User name for the cluster.")] = ""
    opensearch_password: Annotated[SecretStr, Field(description="Password for the cluster.")] = SecretStr("")
    opensearch_ca_certs: Annotated[Path | None, Field(description="File of the certificates to trust.")] = (
        None
    )
    opensearch_client_cert: Annotated[Path | None, Field(description="Client certificate file.")] = None
    opensearch_client_key: Annotated[Path | None, Field(description="Client key file.")] = None
    opensearch_insecure: Annotated[
        bool, Field(description="Do not verify TLS certificates. Warned about at each start.")
    ] = False
    opensearch_shards: Annotated[
        int,
        Field(description="Parts that the articles are spread over; one holds about 30 GB.", ge=1, le=1024),
    ] = 1
    opensearch_partition: Annotated[
        str,
        Field(
            description="How a new archive is cut up by time: `none`, `year` or `month`; for many years of "
            "articles of which searches mostly want a few.",
            pattern="^(none|year|month)$",
        ),
    ] = "none"
    opensearch_replicas: Annotated[
        str,
        Field(
            description="Copies of each part: a number, or `auto` for one as soon as there are two nodes.",
            pattern="^(auto|[0-9])$",
        ),
    ] = "auto"
    opensearch_knn: Annotated[
        str,
        Field(
            description="How vectors are kept: `lucene`, `faiss`, `faiss-fp16` (half the memory) or "
            "`on-disk` (a thirtieth of it).",
            pattern="^(lucene|faiss|faiss-fp16|on-disk)$",
        ),
    ] = "lucene"
    opensearch_native_fields: Annotated[
        bool,
        Field(
            description="Index the text with OpenSearch's own analysers too, for Dashboards and other tools."
        ),
    ] = True
    opensearch_timeout: Annotated[float, Field(description="Seconds to wait for the cluster.", gt=0)] = 60.0

    @property
    def web_requests(self) -> int:
        """Requests that the web app answers at the same time: most send a file, or wait for a search."""
        return 4 * self.web_threads

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        try:
            file = TomlConfigSettingsSource(settings_cls)
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(error) from None
        return init_settings, env_settings, file


def load_settings(**overrides: Any) -> Settings:
    """Return the settings, `overrides` first. Raises `SettingsError` naming the setting that is wrong."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SettingsError(f"The setting {name!r} is wrong: {first['msg']}.") from None


def _unreadable(error: Exception) -> SettingsError:
    """Return what is wrong with the settings file: unreadable, not UTF-8, or no TOML (which names the line itself)."""
    file = Path(CONFIG_FILE).absolute()
    match error:
        case OSError():
            return SettingsError(
                f"The settings in {file} cannot be read: {error.strerror or error}.",
                remedy="Let this user read it, or move it away.",
            )
        case UnicodeDecodeError():
            line = error.object.count(b"\n", 0, error.start) + 1
            return SettingsError(
                f"The settings in {file} cannot be read: line {line} is not UTF-8.",
                remedy="Save the file as UTF-8.",
            )
    return SettingsError(
        f"The settings in {file} cannot be read: {error}.",
        remedy='Each line is `name = value`, and texts are in quotes: archive = "/data/news".',
    )
