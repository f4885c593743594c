"""The loops that move work: dispatch, sweep, calendar. Any number of conductors may run; a lock elects each turn."""
