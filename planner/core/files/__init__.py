"""Files written: tables; the outputs of a run, proven before, put in place after."""
