"""The services behind an operator gateway: health of the connectors, commands, uploads, and the rotation on demand."""
