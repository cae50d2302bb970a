"""How the API knows who asks: a session (browser, CSRF on) or a token with scopes."""
