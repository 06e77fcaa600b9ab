"""Mail out by the server that administrators chose on the pages; kept in the product while there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..runtime.mail_server import MailServer, chosen_server, password_of
from ..runtime.ports import DeliveryError, OutMail
from ..runtime.secret_references import SecretError
from .smtp import CatchingMailer, SmtpMailer, SmtpSettings


def settings_for(server: MailServer, data: Path, sender: str = "") -> SmtpSettings:
    """Return how to reach *server*. sender: what mail comes from, else what was chosen.

    Raises SecretError when its password is not where it should be.
    """
    return SmtpSettings(
        host=server.host,
        port=server.port,
        security=server.security,
        user=server.user,
        password=password_of(server, data),
        sender=sender or server.sender,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenMailer:
    """Asks before each mail which server is chosen, so that a change counts at once in every process.

    data: the folder in which its password lies. sender: of the installation's settings.
    """

    catching: CatchingMailer
    data: Path
    sender: str = ""

    def send(self, mail: OutMail) -> None:
        """Hand *mail* over, or keep it; raise DeliveryError when it was not taken."""
        with self.catching.database.reading() as connection:
            server = chosen_server(connection)
        if server is None:
            self.catching.send(mail)
            return
        try:
            settings = settings_for(server, self.data, self.sender)
        except SecretError as error:
            raise DeliveryError(
                f"the password of the mail server is missing: {error.why}"
            ) from error
        SmtpMailer(settings=settings, domain=self.catching.domain).send(mail)
