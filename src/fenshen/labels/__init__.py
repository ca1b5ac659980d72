"""The label: visible words, an invisible mark, TC260 and IPTC metadata, a signature, content credentials.

And a reader for anyone's picture.

Start at ``write.label``; ``deliver`` is the only door out; ``verify`` says what a file carries and what that
proves.
"""
