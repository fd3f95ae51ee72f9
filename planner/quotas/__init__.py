"""Who owns which account when, what each position shall reach, and who is credited."""
