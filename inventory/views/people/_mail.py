"""Mail a page sends along the way."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

log = logging.getLogger(__name__)
Response = TypeVar("Response", bound=HttpResponse)


def link_to(request: HttpRequest, token: str) -> str:
    """The whole address of a one-time link."""
    return request.build_absolute_uri(reverse("people.link", args=[token]))


def send(to: str, template: str, **context: object) -> None:
    """Send `mail/<template>.txt`, whose first line is the subject. What cannot go out is logged, without its text."""
    subject, _, body = render_to_string(f"mail/{template}.txt", context).strip().partition("\n")
    try:
        send_mail(" ".join(subject.split()), body.strip() + "\n", None, [to])
    except OSError as error:  # every error of smtplib and of the network is one
        log.error("A %s mail could not be sent: %s", template, type(error).__name__)


def afterwards(response: Response, work: Callable[[], None]) -> Response:
    """Do `work` once the answer is out: a slow mail server keeps nobody waiting, and its time tells nothing."""
    close = response.close

    def work_and_close() -> None:
        try:
            work()
        finally:
            close()

    response.close = work_and_close  # type: ignore[method-assign]
    return response
