"""One arrival is a client that comes and goes: a connection, a session, and its end. In the modern era, which has no
sessions, a connection and `server/discover`."""

from conformance.load.desk import Turn
from conformance.load.users.base import LoadUser, end_session, open_session


class SessionChurn(LoadUser):
    def turn(self, turn: Turn) -> bool:
        try:
            opened = open_session(self.speaker, self.workload, turn, "work")
            end_session(self.speaker, self.workload, turn)
        finally:
            self.speaker.close()
        return opened
