"""What a listener says, read without a model: text -> marks -> phrases -> clauses.

    grammars/*.toml -> grammar           the language as data
    names, measures -> marks             catalogue names and numbers among the words
    marks -> cutting -> phrases          where one wish ends
    phrases -> clauses                   operation, subject, strength, and what it excludes

`clauses.parse` is the door; nothing here knows sessions, vectors or tracks.
"""
