"""Next month's list against what is saved: new, gone, changed, contested; alarms."""
