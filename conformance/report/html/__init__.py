"""The report as a page: a view of verdict files, never a judge of them."""

from conformance.report.html.rendering import page, page_of_run

__all__ = ["page", "page_of_run"]
