"""What a baseline has to know of the rules that it names."""

from conformance.requirements import load


def is_known(id: str) -> bool:
    return id in load() or id in contract_ids()


def contract_ids() -> frozenset[str]:
    from conformance.contracts.rules import load as load_contract_rules

    return frozenset(load_contract_rules())


def near(id: str) -> str:
    """Names that may have been meant."""
    from conformance.plugin.contact import did_you_mean

    return did_you_mean(id, set(load()) | contract_ids())


def may_be_silent(id: str) -> bool:
    """Whether breaking the rule is a mere warning anywhere. That of a contract hangs on the profile."""
    rule = load().get(id)
    return rule is None or any(not rule.fails_in(revision) for revision in rule.revisions)


def may_be_red(id: str) -> bool:
    """Whether its warnings may fail a run: not where the specification contradicts itself."""
    rule = load().get(id)
    return rule is None or (rule.max_verdict == "fail" and may_be_silent(id))
