-- By which a provider made a job's outputs: digits of up to 64 bits without a sign, which no integer column holds.
ALTER TABLE jobs ADD COLUMN seed {text};

-- The first of the last polls in a row whose responses could not be used.
ALTER TABLE attempts ADD COLUMN unusable_since {integer};
