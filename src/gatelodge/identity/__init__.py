"""Who may do what: providers, users, memberships, rights, and what remains of them for one call. Pure."""
