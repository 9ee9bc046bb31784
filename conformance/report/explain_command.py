"""The command `mcp-conformance explain`: a requirement of MCP, a rule of a contract or a clause, or a list of them."""

import argparse
from collections.abc import Iterable

from conformance import exit_codes
from conformance.plugin.contact import did_you_mean
from conformance.target.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "id", nargs="?", metavar="ID",
        help="a requirement of MCP, a rule of a contract, or a clause such as C-EMCP-104; without one, list the rules",
    )  # fmt: skip
    parser.add_argument("--area", help="list the rules of one area of MCP or of one contract only")
    parser.add_argument("--clauses", metavar="SYSTEM", help="list the clauses of one system and what judges each")
    parser.set_defaults(command=explain_command)


def explain_command(arguments: argparse.Namespace) -> int:
    """Raises `ConfigError` for a name that nothing has."""
    if arguments.id is not None:
        print(_explained(arguments.id))
    elif arguments.clauses is not None:
        print(_clauses_of(arguments.clauses))
    else:
        print(_rules_of(arguments.area))
    return exit_codes.OK


def _explained(id: str) -> str:
    from conformance.contracts import clauses, rules
    from conformance.report.explain import explain
    from conformance.report.explain_contracts import explain_clause, explain_rule
    from conformance.requirements import load

    if id in load():
        return explain(load()[id])
    if id in rules.load():
        return explain_rule(rules.load()[id])
    if id.upper() in clauses.load():
        return explain_clause(clauses.load()[id.upper()])
    known = [*load(), *rules.load(), *clauses.load()]
    raise ConfigError(f"no requirement, rule or clause {id!r}; {did_you_mean(id, known)}")


def _clauses_of(system: str) -> str:
    from conformance.contracts.clauses import load
    from conformance.report.explain_contracts import listing_of_clauses

    _one_of("--clauses", system, {clause.system for clause in load().values()}, "systems")
    return "\n".join(listing_of_clauses(system))


def _rules_of(area: str | None) -> str:
    from conformance.contracts import rules
    from conformance.report.explain import listing
    from conformance.report.explain_contracts import listing_of_rules
    from conformance.requirements import load

    contracts = {rule.contract for rule in rules.load().values()}
    if area is not None:
        _one_of("--area", area, contracts | {rule.area for rule in load().values()}, "areas")
    return "\n".join([*listing(load().values(), area).splitlines(), *listing_of_rules(area)])


def _one_of(flag: str, given: str, known: Iterable[str], what: str) -> None:
    if given not in known:
        raise ConfigError(f"{flag}: no such name {given!r}; {what}: {', '.join(sorted(known))}")
