"""Who may sign in, and the teams they are in."""
