from collections.abc import Callable
from typing import Any

class AssumeRoleCredentialFetcher:
    def __init__(
        self,
        client_creator: Callable[..., Any],
        source_credentials: Any,
        role_arn: str,
        extra_args: dict[str, str] | None = ...,
    ) -> None: ...
    def fetch_credentials(self) -> dict[str, Any]: ...

class DeferredRefreshableCredentials:
    def __init__(self, refresh_using: Callable[[], dict[str, Any]], method: str) -> None: ...
