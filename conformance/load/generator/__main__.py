"""`python -m conformance.load.generator`: takes a job from standard input, tells news on standard output."""

from locust import events  # patches the standard library before anything else is imported

# ruff: noqa: I001
import logging
import sys

from conformance.load.generator.process import main

assert events is not None
logging.disable(logging.WARNING)
sys.exit(main())
