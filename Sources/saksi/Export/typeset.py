# SPDX-License-Identifier: Apache-2.0
"""Turns the page on stdin into a PDF on stdout, and fetches nothing that the page names."""
import sys

from weasyprint import HTML


def refuse(url, *_, **__):
    raise ValueError("this page fetches nothing")


page = sys.stdin.buffer.read().decode("utf-8")
sys.stdout.buffer.write(HTML(string=page, url_fetcher=refuse).write_pdf())
