"""Talk where the work is: comments on calls, notices to people, and the mail that gathers them."""
