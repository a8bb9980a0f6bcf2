"""Where student code runs: processes apart from the grader, as far apart as the machine allows."""
