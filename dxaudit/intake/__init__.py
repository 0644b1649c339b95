"""Files → CurrentState."""
