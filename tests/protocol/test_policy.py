"""The switches of a provider."""

from dataclasses import replace

import pytest

from gatelodge.identity.provider import Provider
from gatelodge.protocol.policy import DEFAULT, Policy, policy_faults, switches


def test_each_switch_says_what_it_does() -> None:
    assert [one.name for one in switches() if not one.metadata.get("says", "").endswith(".")] == []
    assert policy_faults(DEFAULT) == {}


@pytest.mark.parametrize(
    ("policy", "faulty"),
    [
        (Policy(profile="fapi1"), "profile"),
        (Policy(signing_algorithm="none"), "signing_algorithm"),
        (Policy(signing_algorithm="HS256"), "signing_algorithm"),
        (Policy(profile="fapi2", signing_algorithm="RS256"), "signing_algorithm"),
        (Policy(registration="always"), "registration"),
        (Policy(pushed_request_lifetime=59), "pushed_request_lifetime"),
        (Policy(pushed_request_lifetime=600), "pushed_request_lifetime"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(policy: Policy, faulty: str) -> None:
    (fault,) = policy_faults(policy).items()
    assert fault[0] == faulty
    assert "hoose from" in fault[1]


@pytest.mark.rfc("FAPI 2.0 Security Profile", "5.3.2", "the profile turns on what it demands, whatever else is set")
def test_the_profile_is_one_switch() -> None:
    provider = Provider(1, "P", "https://p.example", "#0f766e", policy=Policy(profile="fapi2", registration="open"))
    in_force = provider.policy
    assert in_force.require_pkce
    assert in_force.require_pushed_requests
    assert in_force.require_bound_tokens
    assert in_force.registration == "token"
    assert provider.switches == Policy(profile="fapi2", registration="open")


def test_what_the_profile_turned_on_goes_off_with_it() -> None:
    provider = Provider(1, "P", "https://p.example", "#0f766e", policy=Policy(profile="fapi2", require_pkce=False))
    back = replace(provider, policy=replace(provider.switches, profile="standard"))
    assert back.policy == DEFAULT
