"""Who may do what: capabilities, roles, route policies and the check at start-up."""
