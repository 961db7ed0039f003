"""People who sign in: invitations, roles, preferences and the sign-in pages."""
