-- The networks that a user signed in from lately: wrong passwords from elsewhere do not keep them out there.
CREATE TABLE known_networks (
    user_id {text} NOT NULL REFERENCES users (id),
    network {text} NOT NULL,                                    -- a keyed hash of its address, in hex
    signed_in_at {integer} NOT NULL,
    PRIMARY KEY (user_id, network)
) {keyed};
CREATE INDEX known_networks_by_use ON known_networks (signed_in_at);
