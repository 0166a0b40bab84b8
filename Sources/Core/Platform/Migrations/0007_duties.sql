-- What happens by itself, once for all nodes. Whoever does it holds a lease: a dead node's turn is another's after it.

CREATE TABLE duties (
    name {text} PRIMARY KEY,
    due_at {integer} NOT NULL,
    holder {text},                                              -- the node that does it now
    lease_until {integer},
    ran_at {integer},                                           -- when its last turn that came to its end began
    CHECK ((holder IS NULL) = (lease_until IS NULL))
) {keyed};
