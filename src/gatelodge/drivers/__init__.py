"""Drivers of cameras: those that come with Gatelodge, and how others are plugged in."""
