"""Which values of a configuration are secret."""

from conformance.target.secrets import secrets_of_arguments


def test_arguments_whose_name_says_so() -> None:
    arguments = {
        "login": {"user": "ann", "password": "p4ss", "more": {"apiKey": "k3y!"}},
        "many": {"accounts": [{"client_secret": "s3cr"}, "plain"], "tokens": ["t0k1", "t0k2"], "pin-credential": 1234},
        "search": {"query": "weather", "limit": 3},
    }

    assert set(secrets_of_arguments(arguments)) == {"p4ss", "k3y!", "s3cr", "t0k1", "t0k2", "1234"}
