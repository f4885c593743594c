"""Events are told to whom it concerns: deliveries are made from committed events, and sent until they arrive."""
