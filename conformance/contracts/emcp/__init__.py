"""What is peculiar to eMCP behind its gates: the handshake, the toolset, arguments, protocol errors, the audit log."""
