"""THE table of incidents: each row a case, each case a small function in the file of its theme."""

from __future__ import annotations

from pipeline.simulator.cases import Case
from pipeline.simulator.incidents import (
    audit_access,
    backend_credentials,
    compatibility,
    cross_user,
    exposed_secrets,
    lost_logs,
    outbound_hosts,
    rate_limits,
)

INCIDENTS: tuple[Case, ...] = (
    *outbound_hosts.ROWS,
    *backend_credentials.ROWS,
    *rate_limits.ROWS,
    *cross_user.ROWS,
    *audit_access.ROWS,
    *compatibility.ROWS,
    *exposed_secrets.ROWS,
    *lost_logs.ROWS,
)
