"""Profiles: what one system promises, in data."""

from conformance.contracts.profiles.force import InForce, in_force
from conformance.contracts.profiles.loading import load_profile, load_profiles
from conformance.contracts.profiles.model import Profile

__all__ = ["InForce", "Profile", "in_force", "load_profile", "load_profiles"]
