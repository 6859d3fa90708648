-- How long executions took, as counts by bucket; docs/decisions/0007-retention.md has what it was measured against.
-- Bucket 0 holds 0 ms, bucket b from 1 on the durations from 2^((b-1)/4) ms to 2^(b/4) ms: four to each doubling.

CREATE TABLE duration_delta (
  id           bigint     GENERATED ALWAYS AS IDENTITY,
  owner_ids    integer[]  NOT NULL,
  workflow_ids uuid[]     NOT NULL,
  days         date[]     NOT NULL,
  buckets      smallint[] NOT NULL,
  counts       integer[]  NOT NULL,
  CONSTRAINT duration_delta_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE duration_delta IS 'What recording adds to duration_daily, a row a batch, until it is folded in.';

CREATE TABLE duration_daily (
  -- 0 and the nil id are totals: of all owners, of an owner. A chart over thousands of workflows reads a row a bucket.
  owner_id    integer  NOT NULL,
  workflow_id uuid     NOT NULL,
  day         date     NOT NULL,
  bucket      smallint NOT NULL,
  count       bigint   NOT NULL,
  CONSTRAINT duration_daily_pkey PRIMARY KEY (owner_id, workflow_id, day, bucket)
) WITH (fillfactor = 70);
COMMENT ON TABLE duration_daily IS 'Durations of finished executions by UTC day of their start. It outlives their rows.';
