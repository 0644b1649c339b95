"""CurrentState → IssueRegister."""
