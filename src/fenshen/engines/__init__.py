"""How a picture is made."""
