"""Pretrained nets and the geometry around them: faces, mesh, identity, person.

Nothing here keeps, compares or searches people: every function takes one picture and forgets it.
"""
