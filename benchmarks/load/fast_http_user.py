"""Locust's own fast client, as its documentation uses it, without a pause. Run by `locust -f`."""

from locust import FastHttpUser, task

from benchmarks.load.same_request import BODY, HEADERS


class Fast(FastHttpUser):
    @task
    def post(self) -> None:
        self.client.post("/mcp", data=BODY, headers=HEADERS)
