"""Tables, their migrations, and the manners of writing to a disk."""
