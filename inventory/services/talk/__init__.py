"""Comments, and the notices and mails they lead to."""
