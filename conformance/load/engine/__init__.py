"""HTTP/1.1 on gevent's sockets with a parser in C: the client that the users of a load run speak through.

httpx, by which targets are judged, is some hundred times slower, and a slow generator measures itself.
"""
