"""Gatelodge: an authorization server and developer portal for a cloud that others build on."""

__version__ = "0.1.0"
