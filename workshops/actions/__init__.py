"""Every change of events, invitations, replies and attendance."""
