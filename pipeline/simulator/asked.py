"""What the records of all requests for one thing have in common, written once as JSON."""

from __future__ import annotations

_FIXED = (
    '"CacheReserveUsed":false,"CacheTieredFill":false,"ClientMTLSAuthCertFingerprint":"",'
    '"ClientMTLSAuthStatus":"unknown","ClientXRequestedWith":"","EdgeCFConnectingO2O":false,"EdgePathingOp":"wl",'
    '"EdgePathingSrc":"macro","EdgePathingStatus":"nr","EdgeResponseCompressionRatio":2.54,'
    '"OriginSSLProtocol":"TLSv1.3","UpperTierColoID":0,"WAFAttackScore":0,"WAFMatchedVar":""'
)


def asked(
    host: str,
    method: str,
    script: str,
    zone: str,
    content_type: str,
    parent: str = "00",
    scheme: str = "https",
    source: str = "eyeball",
) -> str:
    """Return the members of a record that say what was asked; `parent` is the request whose Worker asked."""
    return (
        f',{_FIXED},"ClientRequestHost":"{host}","ClientRequestMethod":"{method}","ClientRequestScheme":"{scheme}",'
        f'"ClientRequestSource":"{source}","EdgeRequestHost":"{host}","EdgeResponseContentType":"{content_type}",'
        f'"ParentRayID":"{parent}","WorkerScriptName":"{script}","WorkerStatus":"{"ok" if script else "unknown"}",'
        f'"WorkerSubrequest":{"false" if source == "eyeball" else "true"},"ZoneName":"{zone}"'
    )
