"""The ASGI shell: from HTTP to a use case and back. No rules here."""
