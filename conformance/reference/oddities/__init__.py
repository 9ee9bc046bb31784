'''The oddity catalogue: unusual behaviour that every revision it applies to allows; checks must stay green.

Declared like a fault (see `conformance.reference.faults`), with `because` in place of `breaks`: a restatement
of the rule that makes the behaviour legal.

    @oddity(because="Implementations ignore fields that they do not know.")
    @results("tools/list")
    def unknown_fields(result: Result, request: Request) -> None:
        """Results carry a field that no schema has."""
        result["x-unknown"] = True
'''
