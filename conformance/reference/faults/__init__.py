'''The fault catalogue: ways to break exactly one requirement, one module an area.

To add a fault, write a function in the module of its area (any module in this package is found by itself):

    @fault(breaks="tools-list-result-shape")
    @results("tools/list")
    def tools_list_without_tools(result: Result, request: Request) -> None:
        """tools/list answers without the array of tools."""
        del result["tools"]

The name of the function is the id (`tools-list-without-tools`), its docstring the description. `breaks` is
the one requirement that has to turn red. Outside of its revisions (`revisions=` narrows them) the endpoint is
healthy. The inner decorator says at which place the wire is changed; all kinds are in
`conformance.reference.transformations`:

    results, errors          edit the `result` or `error` of responses           (result, request)
    responses_to             edit whole response messages                        (message, request)
    notifications, messages  edit outgoing notifications, or every message       (message, request)
    events                   edit server-sent events                             (event, request)
    responses                edit HTTP status, headers, body                     (response, request)
    requests                 edit the request, or answer it by a Response        (request)
    streams                  answer by an async generator of messages and bytes  (request)
    wraps                    take over the exchange               async (request, app, receive, send)

`on` selects requests by JSON-RPC method, `when=lambda request: ...` by anything else, `state=list` gives the
function a value of its own that lives as long as the endpoint. Return `DROP` to send nothing, a list to send
several.
'''
