"""Files written: tables, outputs of a run, what is proven before and put in place after."""
