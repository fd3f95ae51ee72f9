"""What pages share: cached reads and parts that several of them show."""
