-- A histogram is one row with its buckets and their counts side by side: a row a bucket took as much space as what it
-- counts, 120 bytes for each run of a workflow that runs some times a day (docs/decisions/0007-retention.md).

ALTER TABLE duration_daily RENAME TO duration_bucket;
ALTER TABLE duration_bucket RENAME CONSTRAINT duration_daily_pkey TO duration_bucket_pkey;

CREATE TABLE duration_daily (
  -- 0 and the nil id are totals: of all owners, of an owner. A chart over thousands of workflows reads a row a day.
  owner_id    integer    NOT NULL,
  workflow_id uuid       NOT NULL,
  day         date       NOT NULL,
  buckets     smallint[] NOT NULL,
  counts      bigint[]   NOT NULL,
  CONSTRAINT duration_daily_pkey PRIMARY KEY (owner_id, workflow_id, day)
) WITH (fillfactor = 70);
COMMENT ON TABLE duration_daily IS 'Durations of finished executions by UTC day of their start. It outlives their rows.';

INSERT INTO duration_daily (owner_id, workflow_id, day, buckets, counts)
SELECT owner_id, workflow_id, day, array_agg(bucket ORDER BY bucket), array_agg(count ORDER BY bucket)
FROM duration_bucket
GROUP BY owner_id, workflow_id, day;

DROP TABLE duration_bucket;
