"""What product and engineering do together with their answer sheets: the queue, ways out of a dispute, figures."""
