"""Every setting, documented once. From the environment (GATELODGE_*), or from a TOML file (GATELODGE_CONFIG, by
default gatelodge.toml where there is one); the environment comes first, and what the command line says before it.
"""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "GATELODGE_"
CONFIG_FILE = "gatelodge.toml"


class SettingsError(Exception):
    """A setting is wrong; the text names it and says what is allowed."""


def _networks(text: str) -> str:
    for part in text.split(","):
        if part.strip() and part.strip() != "*":
            ip_network(part.strip(), strict=False)
    return text


class Settings(BaseSettings):
    """How an installation runs. Times are seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database: str = Field(
        "",
        description="Where the data is: sqlite:///path/to/file.db. By default gatelodge.db in the data folder.",
    )
    data_dir: Path = Field(Path("data"), description="The folder of the key file and of the SQLite database.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on.")
    workers: int = Field(1, ge=1, le=64, description="How many processes serve.")
    trusted_proxies: Annotated[str, NoDecode, AfterValidator(_networks)] = Field(
        "",
        description="Addresses or networks of reverse proxies, separated by commas, whose X-Forwarded-For is believed.",
    )
    access_token_lifetime: int = Field(3600, ge=60, le=86_400, description="How long an access token lives.")
    refresh_token_lifetime: int = Field(
        2_592_000,
        ge=3600,
        le=31_536_000,
        description="How long public applications can refresh before the user must allow them again.",
    )
    code_lifetime: int = Field(60, ge=1, le=600, description="How long an authorization code can be exchanged.")
    request_lifetime: int = Field(
        1800, ge=60, le=86_400, description="How long an authorization request waits for its user."
    )
    session_lifetime: int = Field(604_800, ge=60, le=31_536_000, description="How long a browser stays signed in.")
    sweep_interval: int = Field(
        60, ge=0, le=86_400, description="How often rows that have had their time are taken away. 0: never."
    )
    graph_introspection: bool = Field(True, description="Whether the Graph API tells its schema to whoever asks it.")
    live_view_lifetime: int = Field(600, ge=10, le=3600, description="How long the address of a live view works.")
    camera_interval: int = Field(
        20, ge=0, le=3600, description="How often cameras are asked what happened and what they recorded. 0: never."
    )
    event_retention: int = Field(
        2_592_000, ge=86_400, le=315_360_000, description="How long events of cameras are kept."
    )
    recording_retention: int = Field(
        604_800, ge=86_400, le=315_360_000, description="How long recordings of cameras are kept."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged at least.")
    log_format: Literal["text", "json"] = Field("text", description="How log lines look.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _file())

    @property
    def database_url(self) -> str:
        """The database's URL, also where none was set."""
        return self.database or f"sqlite:///{self.data_dir / 'gatelodge.db'}"


def _file() -> Path:
    return Path(os.environ.get(f"{PREFIX}CONFIG", CONFIG_FILE))


def read_settings(**command_line: Any) -> Settings:
    """The settings; what the command line gave comes first. Raises SettingsError, which names each wrong setting."""
    named = os.environ.get(f"{PREFIX}CONFIG")
    if named and not Path(named).is_file():
        raise SettingsError(f"{PREFIX}CONFIG: there is no file {named}")
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields} | {f"{PREFIX}CONFIG"}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]}: there is no such setting; there are {', '.join(sorted(known))}")
    try:
        return Settings(**{name: value for name, value in command_line.items() if value is not None})
    except ValidationError as error:
        lines = [f"{PREFIX}{'.'.join(str(part) for part in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{_file()}: {error}") from None
