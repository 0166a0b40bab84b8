-- Whether a job made exactly these bytes. Rows of assets stay when their files are deleted.
CREATE INDEX assets_made ON assets (sha256) WHERE job_id IS NOT NULL;
