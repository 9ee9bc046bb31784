"""The handshake by which a connector opens a session with a gateway, and the acknowledgement that it gets."""
