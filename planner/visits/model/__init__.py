"""What is to be planned: params, problem, cadence, workdays, times."""
