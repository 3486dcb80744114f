"""Money, shares and labels as pages show them."""
