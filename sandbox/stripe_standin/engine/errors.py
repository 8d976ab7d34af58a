"""Errors in Stripe's envelope."""

from __future__ import annotations

from typing import Any


class StripeError(Exception):
    """A refusal as Stripe words it: ``{"error": {type, message, code, param, decline_code}}``."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        fields = {"code": code, "param": param, "decline_code": decline_code, **(extra or {})}
        self.error: dict[str, Any] = {"type": kind, "message": message} | {
            k: v for k, v in fields.items() if v is not None
        }

    @property
    def body(self) -> dict[str, Any]:
        """The envelope that is sent."""
        return {"error": self.error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """A 400 about a parameter."""
    return StripeError(message, param=param or None, code=code)


def missing(kind: str, identity: str, param: str = "id", status: int = 404) -> StripeError:
    """No such object; 404 when the path names it, 400 when a parameter does."""
    return StripeError(
        f"No such {kind.replace('.', ' ')}: '{identity}'",
        status=status,
        code="resource_missing",
        param=param,
    )


def only(given: dict[str, Any], known: str, where: str) -> None:
    """Refuse nested parameters that Stripe has and the stand-in does not act on."""
    for name in given:
        if name not in known.split():
            raise unsupported(f"{where}[{name}]")


def unsupported(param: str) -> StripeError:
    """Refused, because a parameter that is taken and ignored teaches something false."""
    return invalid(
        f"Stripe knows '{param}', the stand-in does not act on it.",
        param,
        "parameter_not_supported_by_stand_in",
    )


def required(params: dict[str, Any], name: str) -> Any:
    """A parameter that the SDK types as optional and that is needed here."""
    if not params.get(name):
        raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    return params[name]
