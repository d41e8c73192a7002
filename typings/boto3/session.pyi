from typing import Any

from botocore.client import BaseClient
from botocore.config import Config
from botocore.session import Session as BotocoreSession

class Session:
    region_name: str | None
    def __init__(
        self,
        aws_access_key_id: str | None = ...,
        aws_secret_access_key: str | None = ...,
        *,
        profile_name: str | None = ...,
        botocore_session: BotocoreSession | None = ...,
    ) -> None: ...
    def client(
        self,
        service_name: str,
        *,
        region_name: str | None = ...,
        endpoint_url: str | None = ...,
        config: Config | None = ...,
        **options: Any,
    ) -> BaseClient: ...
