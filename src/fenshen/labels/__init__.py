"""The label: visible words, TC260 and IPTC metadata, a signature; and a reader for anyone's picture.

Start at ``write.label``; ``deliver`` is the only door out; ``verify`` says what a file carries and what that
proves.
"""
