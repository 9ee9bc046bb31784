"""Profiles: what a file may say, how one extends another, what the environment adds, and which rules are in force."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conformance.contracts.profiles import InForce, in_force, load_profile, load_profiles
from conformance.contracts.profiles.documents import BUILT_IN, names
from conformance.contracts.profiles.schema import PUBLISHED, schema
from conformance.contracts.rules import load
from conformance.target.config import load_config
from conformance.target.errors import ConfigError

ROOT = Path(__file__).parents[3]


def written(directory: Path, text: str, name: str = "own.toml") -> str:
    (directory / name).write_text(text)
    return str(directory / name)


@pytest.mark.parametrize("name", names())
def test_built_in_profiles_load(name: str) -> None:
    profile = load_profile(name, {})

    assert profile.name == name
    assert profile.title


@pytest.mark.parametrize("name", names())
def test_built_in_profiles_keep_the_published_schema(name: str) -> None:
    document = tomllib.loads((BUILT_IN / f"{name}.toml").read_text())

    problems = [error.message for error in Draft202012Validator(schema()).iter_errors(document)]

    assert not problems


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads((ROOT / PUBLISHED).read_text()) == json.loads(json.dumps(schema()))


def test_a_profile_says_only_what_is_different(tmp_path: Path) -> None:
    own = written(tmp_path, 'extends = "emcp"\n[access_codes]\nno_credentials = { status = [403] }\nexpired = false\n')

    profile, below = load_profile(own, {}), load_profile("emcp", {})

    assert profile.name == "own"
    assert profile.access_codes is not None
    assert below.access_codes is not None
    assert profile.access_codes.no_credentials is not None
    assert profile.access_codes.no_credentials.status == (403,)
    assert profile.access_codes.expired is None
    assert profile.access_codes.scoped == below.access_codes.scoped
    assert profile.clauses == "emcp"


def test_a_section_that_is_false_is_taken_out(tmp_path: Path) -> None:
    assert load_profile(written(tmp_path, 'extends = "emcp"\naccess_codes = false\n'), {}).access_codes is None


def test_a_profile_is_found_beside_the_one_that_extends_it(tmp_path: Path) -> None:
    written(tmp_path, 'title = "below"\n', "below.toml")

    assert load_profile(written(tmp_path, 'extends = "below.toml"\n'), {}).title == "below"


def test_the_environment_completes_a_profile(tmp_path: Path) -> None:
    own = written(tmp_path, '[environ]\nMY_LIMIT = "access_codes.payload_limit_bytes"\n[access_codes]\n')

    profile = load_profile(own, {"MY_LIMIT": "4096"})

    assert profile.access_codes is not None
    assert profile.access_codes.payload_limit_bytes == 4096


def test_the_environment_of_a_runbook_sets_options_of_the_run() -> None:
    flags = {"url": "http://127.0.0.1:9/mcp", "profiles": ["emcp"]}

    assert load_config(flags, environ={"EMCP_DISPATCH_CHECK": "1"}).allow_writes
    assert not load_config(flags, environ={}).allow_writes
    assert not load_config({**flags, "read_only": True}, environ={"EMCP_DISPATCH_CHECK": "1"}).allow_writes


def test_a_variable_may_set_several_keys() -> None:
    environ = {"EMCP_STASK_LIFECYCLE_CHECK": "1"}

    profile = load_profile("emcp", environ)

    assert profile.idempotency is not None
    assert profile.idempotency.must_complete
    assert load_config({"url": "http://127.0.0.1:9/mcp", "profiles": ["emcp"]}, environ=environ).allow_writes


@pytest.mark.parametrize(("word", "said"), [("1", True), ("yes", True), ("On", True), ("0", False), ("off", False)])
def test_variables_switch_in_words(word: str, said: bool) -> None:
    profile = load_profile("emcp", {"EMCP_RUNTIME_NEGATIVE_REQUIRE_RATE_LIMIT": word})

    assert profile.rate_limit is not None
    assert profile.rate_limit.required is said


def test_the_runbook_names_of_the_endpoint_are_understood() -> None:
    environ = {
        "EMCP_BASE_URL": "https://site.example/",
        "EMCP_API_PATH": "/api/v1/mcp/{server}",
        "EMCP_SERVER_HANDLE": "content",
    }

    assert load_config({}, environ=environ).url == "https://site.example/api/v1/mcp/content"
    with pytest.raises(ConfigError, match="no URL given"):
        load_config({}, environ={**environ, "EMCP_INTEGRATION_ENABLED": "0"})


WRONG = {
    "no such profile": ("", "no profile"),
    "not TOML": ("[access_codes", "not valid TOML"),
    "an unknown section": ("[rate_limits]", "unknown key 'rate_limits'"),
    "an unknown key": ("[access_codes]\nno_credential = 1", "access_codes: unknown key 'no_credential'"),
    "a wrong type": ("[access_codes]\npayload_limit_bytes = 'many'", "access_codes.payload_limit_bytes: "),
    "an unknown rule": ('[rules]\nno-such-rule = "off"', "no such rule 'no-such-rule'"),
    "a scale of nothing": ("[clock]\nscale = 0.0", "clock.scale"),
    "itself": ('extends = "own.toml"', "extends itself"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    named = written(tmp_path, text) if text else "nobody"

    with pytest.raises(ConfigError, match=said) as caught:
        load_profile(named, {})

    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("--profile: ")


def test_two_profiles_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="two profiles"):
        load_profiles(["emcp", written(tmp_path, 'name = "emcp"')], {})


def force(profile_text: str, rule: str, directory: Path, *, strict_profile: bool = False) -> InForce | str | None:
    profile = load_profile(written(directory, profile_text), {})
    return in_force(load()[rule], profile, strict_profile=strict_profile)


def test_a_clause_decides_the_level(tmp_path: Path) -> None:
    found = force('extends = "emcp"', "access-missing-scope", tmp_path)

    assert isinstance(found, InForce)
    assert (found.level, found.clauses) == ("MUST", ("C-EMCP-067", "C-EMCP-069", "C-EMCP-126"))


def test_what_only_source_code_promises_needs_the_strict_profile(tmp_path: Path) -> None:
    lenient = force('extends = "emcp"', "access-media-type-case", tmp_path)
    strict = force('extends = "emcp"', "access-media-type-case", tmp_path, strict_profile=True)

    assert isinstance(lenient, str)
    assert "--strict-profile" in lenient
    assert isinstance(strict, InForce)
    assert strict.level == "SHOULD"


def test_what_nobody_promises_is_not_judged(tmp_path: Path) -> None:
    assert force('extends = "emcp"', "access-wrong-audience", tmp_path) is None


def test_without_clauses_the_level_of_the_rule_counts(tmp_path: Path) -> None:
    found = force("[access_codes]", "access-wrong-audience", tmp_path)

    assert isinstance(found, InForce)
    assert found.level == "MUST"


def test_the_profile_has_the_last_word(tmp_path: Path) -> None:
    off = force('extends = "emcp"\n[rules]\naccess-no-credentials = "off"', "access-no-credentials", tmp_path)
    raised = force('extends = "emcp"\n[rules]\naccess-wrong-audience = "should"', "access-wrong-audience", tmp_path)

    assert off is None
    assert isinstance(raised, InForce)
    assert raised.level == "SHOULD"
