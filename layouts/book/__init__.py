"""The yearly book on the desk 年度台账: the table, the panel beside it, the history. Pure."""
