"""The shared vocabulary: units, money, schemas, errors, results, run control."""
