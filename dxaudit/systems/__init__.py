"""CurrentState → SystemMap."""
