"""teamfit: activities for teams, made of the teams' own materials."""
