"""Idempotency: a request that is sent again under the same key is carried out once."""
