"""A product beside the kiosk that knows the same path: it sells rest."""
