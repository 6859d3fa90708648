-- Executions, their steps, workflows, owners and the daily rollups. docs/decisions/0002-storage-layout.md says why.
-- Statuses: 1 RUNNING, 2 SUCCESS, 3 FAILED, 4 CANCELLED, 5 CRASHED. Step statuses: the same to 4, 5 SKIPPED.

CREATE TABLE owner (
  id      integer GENERATED ALWAYS AS IDENTITY,
  subject text NOT NULL,
  CONSTRAINT owner_pkey PRIMARY KEY (id),
  CONSTRAINT owner_subject_key UNIQUE (subject)
);
COMMENT ON TABLE owner IS 'Subjects of tokens. The number keeps a long subject out of every row and index.';

CREATE TABLE workflow (
  id         uuid        NOT NULL,
  owner_id   integer     NOT NULL,
  key        text        NOT NULL,
  name       text        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT workflow_pkey PRIMARY KEY (id),
  CONSTRAINT workflow_owner_key UNIQUE (owner_id, key),
  CONSTRAINT workflow_owner_fkey FOREIGN KEY (owner_id) REFERENCES owner (id)
);
CREATE INDEX workflow_owner_id ON workflow (owner_id, id);
COMMENT ON INDEX workflow_owner_id IS 'workflows: an owner''s page, newest first.';

-- Narrow columns first: a list stops reading a row before the large ones. No foreign keys: workflows are never deleted,
-- and a parent may be recorded after its child.
CREATE TABLE execution (
  id                 uuid        NOT NULL,
  workflow_id        uuid        NOT NULL,
  owner_id           integer     NOT NULL,
  status             smallint    NOT NULL,
  attempt            smallint    NOT NULL DEFAULT 1,
  held               boolean     NOT NULL DEFAULT false,
  -- Bits of the parts that were cut: 1 payload, 2 result, 4 error message, 8 error details, 16 stack trace.
  truncated          smallint    NOT NULL DEFAULT 0,
  -- False while only the finish is known: the late start still fills the row in.
  start_known        boolean     NOT NULL DEFAULT true,
  finished_at        timestamptz,
  heartbeat_timeout  interval,
  heartbeat_deadline timestamptz,
  -- From the id's time to finished_at; -1 while running, so that an order by duration has a place for every row.
  duration_millis    bigint      NOT NULL DEFAULT -1,
  parent_id          uuid,
  trigger            text,
  labels             jsonb,
  error_type         text,
  error_message      text,
  error_fingerprint  text,
  hold_reason        text,
  payload            text,
  result             text,
  error_details      text,
  stack_trace        text,
  CONSTRAINT execution_pkey PRIMARY KEY (id),
  CONSTRAINT execution_status_check CHECK (status BETWEEN 1 AND 5),
  CONSTRAINT execution_finished_check CHECK ((status = 1) = (finished_at IS NULL))
) PARTITION BY RANGE (id);

-- lz4 costs a fraction of pglz's time for large JSON; a server built without it, as the embedded one is, stays with pglz.
DO $$
BEGIN
  ALTER TABLE execution
    ALTER COLUMN payload SET COMPRESSION lz4,
    ALTER COLUMN result SET COMPRESSION lz4,
    ALTER COLUMN error_details SET COMPRESSION lz4,
    ALTER COLUMN stack_trace SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;

CREATE INDEX execution_workflow_id ON execution (workflow_id, id);
COMMENT ON INDEX execution_workflow_id IS 'executions of a workflow by start, all statuses or SUCCESS.';
CREATE INDEX execution_owner_id ON execution (owner_id, id);
COMMENT ON INDEX execution_owner_id IS 'executions of an owner by start, all statuses or SUCCESS.';
CREATE INDEX execution_workflow_status ON execution (workflow_id, status, id) WHERE status <> 2;
COMMENT ON INDEX execution_workflow_status IS 'executions of a workflow of one rare status by start.';
CREATE INDEX execution_owner_status ON execution (owner_id, status, id) WHERE status <> 2;
COMMENT ON INDEX execution_owner_status IS 'executions of an owner of one rare status by start; what is running.';
CREATE INDEX execution_workflow_duration ON execution (workflow_id, duration_millis, id);
COMMENT ON INDEX execution_workflow_duration IS 'executions of a workflow by duration.';
CREATE INDEX execution_owner_duration ON execution (owner_id, duration_millis, id);
COMMENT ON INDEX execution_owner_duration IS 'executions of an owner by duration.';
CREATE INDEX execution_parent ON execution (parent_id, id) WHERE parent_id IS NOT NULL;
COMMENT ON INDEX execution_parent IS 'children of an execution.';
CREATE INDEX execution_heartbeat ON execution (heartbeat_deadline) WHERE status = 1 AND heartbeat_deadline IS NOT NULL;
COMMENT ON INDEX execution_heartbeat IS 'The sweep for executions whose heartbeat deadline passed.';

-- Partitioned like its executions, by their id, so that both are dropped together.
CREATE TABLE step (
  execution_id uuid        NOT NULL,
  index        integer     NOT NULL,
  status       smallint    NOT NULL,
  name         text        NOT NULL,
  kind         text,
  started_at   timestamptz,
  finished_at  timestamptz,
  input        text,
  output       text,
  error        text,
  CONSTRAINT step_pkey PRIMARY KEY (execution_id, index),
  CONSTRAINT step_status_check CHECK (status BETWEEN 1 AND 5)
) PARTITION BY RANGE (execution_id);

-- Counts by the UTC day of the start, kept by recording and cleanup in their own transactions. The plain columns count
-- what was ever recorded and outlive the rows; the *_deleted columns count what of it is gone.
CREATE TABLE execution_daily (
  owner_id             integer NOT NULL,
  workflow_id          uuid    NOT NULL,
  day                  date    NOT NULL,
  running              integer NOT NULL DEFAULT 0,
  success              integer NOT NULL DEFAULT 0,
  failed               integer NOT NULL DEFAULT 0,
  cancelled            integer NOT NULL DEFAULT 0,
  crashed              integer NOT NULL DEFAULT 0,
  success_deleted      integer NOT NULL DEFAULT 0,
  failed_deleted       integer NOT NULL DEFAULT 0,
  cancelled_deleted    integer NOT NULL DEFAULT 0,
  crashed_deleted      integer NOT NULL DEFAULT 0,
  duration_millis_sum  bigint  NOT NULL DEFAULT 0,
  CONSTRAINT execution_daily_pkey PRIMARY KEY (owner_id, workflow_id, day)
) WITH (fillfactor = 50);
COMMENT ON TABLE execution_daily IS 'Rollups. Half-filled pages let the frequent updates stay on their page (HOT).';

-- The smallest UUIDv7 of a moment's millisecond.
CREATE FUNCTION uuid_v7_floor(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;

-- Makes the partitions of a UTC day where they are missing. They are made as tables of their own and attached, as
-- ATTACH lets reads and writes of the other partitions go on, which CREATE ... PARTITION OF does not.
CREATE FUNCTION ensure_day_partitions(of_day date) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  suffix text := to_char(of_day, 'YYYYMMDD');
  lower  uuid := uuid_v7_floor(of_day::timestamp AT TIME ZONE 'UTC');
  upper  uuid := uuid_v7_floor((of_day + 1)::timestamp AT TIME ZONE 'UTC');
  parent text;
BEGIN
  IF to_regclass('execution_' || suffix) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- One maker at a time, on whatever node; the second finds the work done.
  PERFORM pg_advisory_xact_lock(hashtext('runlog.partition'), hashtext(suffix));
  IF to_regclass('execution_' || suffix) IS NOT NULL THEN
    RETURN false;
  END IF;
  FOREACH parent IN ARRAY ARRAY['step', 'execution'] LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', parent || '_' || suffix, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, parent || '_' || suffix, lower, upper);
  END LOOP;
  RETURN true;
END $$;
