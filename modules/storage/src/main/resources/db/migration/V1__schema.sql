-- The schema of Runlog. docs/decisions/0002-storage-layout.md and 0007-retention.md give the reasons.
--
-- Until 0.1.0 is released, this file is edited in place. A database of another build is refused.
--
-- Column order avoids padding: fixed-width columns come before text. Small texts come before large ones, because
-- PostgreSQL reads a row up to the last column that a statement needs.
--
-- Execution statuses: 0 QUEUED, 1 RUNNING, 2 SUCCESS, 3 FAILED, 4 CANCELLED, 5 CRASHED.
-- Step statuses: 1 RUNNING, 2 SUCCESS, 3 FAILED, 4 CANCELLED, 5 SKIPPED.
-- Cleanup states: 1 PENDING, 2 RUNNING, 3 COMPLETED, 4 CANCELLED, 5 FAILED.

-- Owners and workflows

CREATE TABLE owner (
  id      integer GENERATED ALWAYS AS IDENTITY,
  subject text NOT NULL,
  CONSTRAINT owner_pkey PRIMARY KEY (id),
  CONSTRAINT owner_subject_key UNIQUE (subject)
);
COMMENT ON TABLE owner IS 'Subjects of tokens. The number keeps a long subject out of every row and index.';
COMMENT ON INDEX owner_pkey IS 'Reads of workflows, policies and cleanups: the subject of an owner.';
COMMENT ON INDEX owner_subject_key IS 'Every read looks up its owner here.';

CREATE TABLE workflow (
  id         uuid        NOT NULL,
  owner_id   integer     NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  key        text        NOT NULL,
  name       text        NOT NULL,
  CONSTRAINT workflow_pkey PRIMARY KEY (id),
  CONSTRAINT workflow_owner_key UNIQUE (owner_id, key),
  CONSTRAINT workflow_owner_fkey FOREIGN KEY (owner_id) REFERENCES owner (id)
);
COMMENT ON TABLE workflow IS
  'Rows are never deleted. A deleted workflow has deleted_at, no executions and no counts. Recording into its key, or '
  'by a server that does not know yet that it is deleted, clears deleted_at.';
COMMENT ON INDEX workflow_pkey IS 'workflow, node and nodes; recording, and the names of workflows in lists.';
COMMENT ON INDEX workflow_owner_key IS 'workflowByKey, and recording, which looks up workflows by owner and key.';
CREATE INDEX workflow_owner_id ON workflow (owner_id, id) WHERE deleted_at IS NULL;
COMMENT ON INDEX workflow_owner_id IS 'workflows: an owner''s page, newest first.';
CREATE INDEX workflow_deleted ON workflow (id) WHERE deleted_at IS NOT NULL;
COMMENT ON INDEX workflow_deleted IS 'Recording: each batch makes its deleted workflows visible again.';

-- Executions and steps, partitioned by UTC day on the UUIDv7 of the execution

-- No foreign keys: rows of workflows are never deleted, and a parent may be recorded after its child.
CREATE TABLE execution (
  id                 uuid        NOT NULL,
  workflow_id        uuid        NOT NULL,
  owner_id           integer     NOT NULL,
  -- Number of secrets that recording replaced.
  redacted           integer     NOT NULL DEFAULT 0,
  -- From the start to finished_at; -1 without one of them. Never null, because lists are sorted by duration.
  duration_millis    bigint      NOT NULL DEFAULT -1,
  status             smallint    NOT NULL,
  attempt            smallint    NOT NULL DEFAULT 1,
  -- Parts that recording cut. Bits: 1 payload, 2 result, 4 error message, 8 error details, 16 stack trace, 32 error
  -- type, 64 trigger, 128 labels.
  truncated          smallint    NOT NULL DEFAULT 0,
  -- Parts in which recording replaced characters that cannot be stored. Bits as in truncated.
  sanitized          smallint    NOT NULL DEFAULT 0,
  -- Null if it was never queued.
  queued_at          timestamptz,
  -- Null for the time in the ID or, if it was queued, while it has not started.
  started_at         timestamptz,
  finished_at        timestamptz,
  heartbeat_timeout  interval,
  heartbeat_deadline timestamptz,
  held               boolean     NOT NULL DEFAULT false,
  -- 0 while only other events are known: a late start fills in the rest of the row. 1 if the start gave no time, 2 if it
  -- gave one.
  start_known        smallint    NOT NULL DEFAULT 1,
  parent_id          uuid,
  retry_of           uuid,
  external_id        text,
  source             text,
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
  CONSTRAINT execution_status_check CHECK (status BETWEEN 0 AND 5),
  CONSTRAINT execution_finished_check CHECK ((status <= 1) = (finished_at IS NULL))
) PARTITION BY RANGE (id);
COMMENT ON TABLE execution IS
  'One row for each execution. Recording creates and changes it; cleanups delete it, or drop its day.';
COMMENT ON INDEX execution_pkey IS 'execution, node and nodes; recording. The partition key.';

CREATE INDEX execution_workflow_id ON execution (workflow_id, id);
COMMENT ON INDEX execution_workflow_id IS 'executions of a workflow by start, all statuses or SUCCESS.';
CREATE INDEX execution_owner_id ON execution (owner_id, id);
COMMENT ON INDEX execution_owner_id IS 'executions of an owner by start, all statuses or SUCCESS.';
CREATE INDEX execution_workflow_open ON execution (workflow_id, status, id) WHERE status <= 1;
COMMENT ON INDEX execution_workflow_open IS 'executions of a workflow that are queued or running, by start.';
CREATE INDEX execution_owner_open ON execution (owner_id, status, id) WHERE status <= 1;
COMMENT ON INDEX execution_owner_open IS 'executions of an owner that are queued or running, by start.';
CREATE INDEX execution_workflow_duration ON execution (workflow_id, duration_millis, id);
COMMENT ON INDEX execution_workflow_duration IS 'executions of a workflow by duration.';
CREATE INDEX execution_owner_duration ON execution (owner_id, duration_millis, id);
COMMENT ON INDEX execution_owner_duration IS 'executions of an owner by duration.';
CREATE INDEX execution_owner_finished ON execution (owner_id, finished_at, id) WHERE finished_at IS NOT NULL;
COMMENT ON INDEX execution_owner_finished IS 'executions of an owner by finish; those of a workflow, read in slices.';
CREATE INDEX execution_parent ON execution (parent_id, id) WHERE parent_id IS NOT NULL;
COMMENT ON INDEX execution_parent IS 'Children of an execution.';
CREATE INDEX execution_heartbeat ON execution (heartbeat_deadline) WHERE status = 1 AND heartbeat_deadline IS NOT NULL;
COMMENT ON INDEX execution_heartbeat IS 'The sweep for executions past their heartbeat deadline.';
CREATE INDEX execution_held ON execution (id) WHERE held;
COMMENT ON INDEX execution_held IS 'Cleanups: held executions, which are kept.';

CREATE TABLE step (
  execution_id uuid        NOT NULL,
  index        integer     NOT NULL,
  status       smallint    NOT NULL,
  -- Parts that recording cut. Bits: 1 name, 2 kind, 4 input, 8 output, 16 error_message, 32 error_details,
  -- 64 stack_trace, 128 error_type.
  truncated    smallint    NOT NULL DEFAULT 0,
  started_at   timestamptz,
  finished_at  timestamptz,
  -- Parts in which recording replaced characters. Bits as in truncated.
  sanitized    smallint    NOT NULL DEFAULT 0,
  -- Parts in which recording replaced secrets. Bits as in truncated.
  redacted     smallint    NOT NULL DEFAULT 0,
  -- The step of the same execution that contains this one. It may not be recorded yet.
  parent_index integer,
  -- Null means 1.
  attempt      smallint,
  name         text        NOT NULL,
  kind         text,
  input        text,
  output       text,
  -- Null if there is no error.
  error_fingerprint text,
  error_type        text,
  error_message     text,
  error_details     text,
  stack_trace       text,
  CONSTRAINT step_pkey PRIMARY KEY (execution_id, index),
  CONSTRAINT step_status_check CHECK (status BETWEEN 1 AND 5)
) PARTITION BY RANGE (execution_id);
COMMENT ON TABLE step IS 'Partitioned by the ID of the execution: a day of both tables is dropped together.';
COMMENT ON INDEX step_pkey IS 'steps: a page of an execution''s steps.';

-- lz4 takes a fraction of pglz's time on large JSON. A server built without it, such as the embedded one, keeps pglz.
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

-- docs/decisions/0010-list-of-failures.md gives the reason.
CREATE TABLE unsuccessful_execution (
  id                uuid        NOT NULL,
  workflow_id       uuid        NOT NULL,
  owner_id          integer     NOT NULL,
  redacted          integer     NOT NULL DEFAULT 0,
  duration_millis   bigint      NOT NULL,
  status            smallint    NOT NULL,
  attempt           smallint    NOT NULL,
  truncated         smallint    NOT NULL,
  sanitized         smallint    NOT NULL DEFAULT 0,
  queued_at         timestamptz,
  started_at        timestamptz,
  finished_at       timestamptz NOT NULL,
  held              boolean     NOT NULL,
  parent_id         uuid,
  retry_of          uuid,
  external_id       text,
  source            text,
  trigger           text,
  labels            jsonb,
  error_type        text,
  error_message     text,
  error_fingerprint text,
  CONSTRAINT unsuccessful_execution_pkey PRIMARY KEY (id),
  CONSTRAINT unsuccessful_execution_status_check CHECK (status BETWEEN 3 AND 5)
);
-- As in ensure_day_partitions.
ALTER TABLE unsuccessful_execution
  ALTER COLUMN owner_id SET (n_distinct = 200),
  ALTER COLUMN workflow_id SET (n_distinct = 200);
COMMENT ON TABLE unsuccessful_execution IS
  'The small columns of each FAILED, CANCELLED or CRASHED execution, over all days; written with the execution '
  'itself. Most days have few of them, so a page would read nearly every partition.';
COMMENT ON INDEX unsuccessful_execution_pkey IS 'Cleanups of failures, which read a day by ID.';
CREATE INDEX unsuccessful_execution_workflow ON unsuccessful_execution (workflow_id, status, id);
COMMENT ON INDEX unsuccessful_execution_workflow IS 'executions of a workflow of one unsuccessful status by start.';
CREATE INDEX unsuccessful_execution_owner ON unsuccessful_execution (owner_id, status, id);
COMMENT ON INDEX unsuccessful_execution_owner IS 'executions of an owner of one unsuccessful status by start.';

CREATE TABLE execution_retry (
  retry_of uuid    NOT NULL,
  -- The owner of the retry. Anyone may name an execution of another owner, which changes nothing for that owner.
  owner_id integer NOT NULL,
  retry_id uuid    NOT NULL,
  CONSTRAINT execution_retry_pkey PRIMARY KEY (retry_of, owner_id, retry_id)
);
COMMENT ON TABLE execution_retry IS
  'Retries by the execution that they retry. Written with execution.retry_of, which may come before the retried one.';
COMMENT ON INDEX execution_retry_pkey IS
  'retries, retriedBy and latestAttemptsOnly: a lookup in execution would read every partition.';
CREATE INDEX execution_retry_id ON execution_retry (retry_id);
COMMENT ON INDEX execution_retry_id IS
  'cleanups: without its retry, the retried execution is the latest attempt again.';

CREATE TABLE external_execution (
  owner_id     integer NOT NULL,
  hash         uuid    NOT NULL,
  execution_id uuid    NOT NULL,
  -- True while it has only been named as the parent of another execution.
  reserved     boolean NOT NULL DEFAULT false,
  CONSTRAINT external_execution_pkey PRIMARY KEY (owner_id, hash)
);
COMMENT ON TABLE external_execution IS
  'Executions by external ID, written with the execution itself. A row may outlive its execution: then it counts as '
  'absent, and recording takes it over or a sweep deletes it.';
COMMENT ON COLUMN external_execution.hash IS 'Result of external_id_hash.';
COMMENT ON INDEX external_execution_pkey IS 'Recording and execution(externalId): the execution of an external ID.';

CREATE TABLE external_sweep (
  started_at timestamptz NOT NULL,
  next_page  bigint
);
COMMENT ON TABLE external_sweep IS 'One row: the last pass of sweep_external_ids.';
COMMENT ON COLUMN external_sweep.next_page IS 'Next page of external_execution to read; null if the pass is over.';
INSERT INTO external_sweep (started_at) VALUES ('-infinity');

-- Written with execution.held. A query for held executions would plan a scan of every partition.
CREATE TABLE held_execution (
  execution_id uuid    NOT NULL,
  owner_id     integer NOT NULL,
  CONSTRAINT held_execution_pkey PRIMARY KEY (execution_id)
);
COMMENT ON TABLE held_execution IS 'Executions that no cleanup deletes.';
COMMENT ON INDEX held_execution_pkey IS 'Cleanups: whether anything is held on a day.';
CREATE INDEX held_execution_owner ON held_execution (owner_id);
COMMENT ON INDEX held_execution_owner IS 'holdExecution: the number of held executions of an owner.';

-- Rollups by UTC day of the start

-- The plain columns count all executions ever recorded. The *_deleted columns count those that were deleted. Recording
-- and cleanup update them in the transactions that change the rows.
CREATE TABLE execution_daily (
  owner_id             integer NOT NULL,
  workflow_id          uuid    NOT NULL,
  day                  date    NOT NULL,
  duration_millis_sum  bigint  NOT NULL DEFAULT 0,
  -- Executions that ended without a start, and so without a duration.
  unstarted            integer NOT NULL DEFAULT 0,
  queued               integer NOT NULL DEFAULT 0,
  running              integer NOT NULL DEFAULT 0,
  success              integer NOT NULL DEFAULT 0,
  failed               integer NOT NULL DEFAULT 0,
  cancelled            integer NOT NULL DEFAULT 0,
  crashed              integer NOT NULL DEFAULT 0,
  success_deleted      integer NOT NULL DEFAULT 0,
  failed_deleted       integer NOT NULL DEFAULT 0,
  cancelled_deleted    integer NOT NULL DEFAULT 0,
  crashed_deleted      integer NOT NULL DEFAULT 0,
  CONSTRAINT execution_daily_pkey PRIMARY KEY (owner_id, workflow_id, day)
) WITH (fillfactor = 50);
COMMENT ON TABLE execution_daily IS
  'Counts by workflow and day. Pages are half filled, which keeps frequent updates on their page (HOT).';
COMMENT ON INDEX execution_daily_pkey IS 'totalCount and statistics of an owner or a workflow.';
CREATE INDEX execution_daily_day ON execution_daily (day);
COMMENT ON INDEX execution_daily_day IS
  'Cleanups: the counts of a day that is dropped or rewritten. Updates never change the day, so they stay HOT.';

CREATE TABLE execution_day (
  day                 date     NOT NULL,
  shard               smallint NOT NULL,
  duration_millis_sum bigint   NOT NULL DEFAULT 0,
  unstarted           bigint   NOT NULL DEFAULT 0,
  queued              bigint   NOT NULL DEFAULT 0,
  running             bigint   NOT NULL DEFAULT 0,
  success             bigint   NOT NULL DEFAULT 0,
  failed              bigint   NOT NULL DEFAULT 0,
  cancelled           bigint   NOT NULL DEFAULT 0,
  crashed             bigint   NOT NULL DEFAULT 0,
  success_deleted     bigint   NOT NULL DEFAULT 0,
  failed_deleted      bigint   NOT NULL DEFAULT 0,
  cancelled_deleted   bigint   NOT NULL DEFAULT 0,
  crashed_deleted     bigint   NOT NULL DEFAULT 0,
  CONSTRAINT execution_day_pkey PRIMARY KEY (day, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE execution_day IS
  'Counts of all owners by day, written after execution_daily. Only sums over the shards are meaningful: an execution '
  'may start in one and end in another.';
COMMENT ON COLUMN execution_day.shard IS
  'Concurrent writers use different shards: on a shared one, each would wait for the other''s commit. Cleanup uses -1.';
COMMENT ON INDEX execution_day_pkey IS 'totalCount, statistics and cleanups over all owners.';

CREATE VIEW execution_total AS
SELECT day,
       sum(queued)::bigint AS queued,
       sum(running)::bigint AS running,
       sum(success)::bigint AS success,
       sum(failed)::bigint AS failed,
       sum(cancelled)::bigint AS cancelled,
       sum(crashed)::bigint AS crashed,
       sum(success_deleted)::bigint AS success_deleted,
       sum(failed_deleted)::bigint AS failed_deleted,
       sum(cancelled_deleted)::bigint AS cancelled_deleted,
       sum(crashed_deleted)::bigint AS crashed_deleted,
       sum(duration_millis_sum)::bigint AS duration_millis_sum,
       sum(unstarted)::bigint AS unstarted
FROM execution_day
GROUP BY day;
COMMENT ON VIEW execution_total IS 'Read execution_day through this view.';

CREATE TABLE dropped_day (
  day date NOT NULL,
  CONSTRAINT dropped_day_pkey PRIMARY KEY (day)
);
COMMENT ON TABLE dropped_day IS
  'Days with dropped partitions and outdated rows in execution_daily and unsuccessful_execution. '
  'settle_dropped_day updates them. Until then nothing else writes them, because the day has no partitions.';
COMMENT ON INDEX dropped_day_pkey IS 'execution_rollup, unsuccessful and settle_dropped_day: whether a day was dropped.';

CREATE VIEW execution_rollup AS
SELECT d.owner_id, d.workflow_id, d.day, d.queued, d.running, d.success, d.failed, d.cancelled,
       d.crashed,
       CASE WHEN dropped.day IS NULL THEN d.success_deleted ELSE d.success END AS success_deleted,
       CASE WHEN dropped.day IS NULL THEN d.failed_deleted ELSE d.failed END AS failed_deleted,
       CASE WHEN dropped.day IS NULL THEN d.cancelled_deleted ELSE d.cancelled END AS cancelled_deleted,
       CASE WHEN dropped.day IS NULL THEN d.crashed_deleted ELSE d.crashed END AS crashed_deleted,
       d.duration_millis_sum, d.unstarted
FROM execution_daily d
LEFT JOIN dropped_day dropped ON dropped.day = d.day;
COMMENT ON VIEW execution_rollup IS 'Read execution_daily through this view where the number of stored rows matters.';

-- Bucket 0 holds 0 ms; bucket b holds the durations from 2^((b-1)/4) ms to 2^(b/4) ms, four buckets to each doubling.
-- Bucket 1000 + 8q + s is a slot: it holds the executions of quarter q of the UTC day, counted from 0, that ended with
-- status s.
CREATE TABLE daily_histogram (
  owner_id    integer    NOT NULL,
  workflow_id uuid       NOT NULL,
  day         date       NOT NULL,
  buckets     smallint[] NOT NULL,
  counts      bigint[]   NOT NULL,
  CONSTRAINT daily_histogram_pkey PRIMARY KEY (owner_id, workflow_id, day)
) WITH (fillfactor = 70);
COMMENT ON TABLE daily_histogram IS
  'Histograms of finished executions by workflow and day, including deleted ones: by duration, and by quarter of an '
  'hour. Owner 0 is the total of all owners, the nil workflow that of an owner: a chart reads one row per day.';
COMMENT ON INDEX daily_histogram_pkey IS
  'statistics: quantiles of durations, and counts of parts of days; statusCounts and histogram.';

CREATE TABLE histogram_delta (
  id           bigint     GENERATED ALWAYS AS IDENTITY,
  owner_ids    integer[]  NOT NULL,
  workflow_ids uuid[]     NOT NULL,
  days         date[]     NOT NULL,
  buckets      smallint[] NOT NULL,
  counts       integer[]  NOT NULL,
  CONSTRAINT histogram_delta_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE histogram_delta IS
  'Changes of daily_histogram: one row per batch, until recording folds it in.';
COMMENT ON INDEX histogram_delta_pkey IS 'Folding: the oldest changes first.';

-- Cleanups and retention policies

CREATE TABLE cleanup (
  id                 uuid        NOT NULL,
  workflow_id        uuid,
  policy_id          uuid,
  owner_id           integer,
  keep_last          integer,
  before             timestamptz NOT NULL,
  created_at         timestamptz NOT NULL DEFAULT now(),
  started_at         timestamptz,
  finished_at        timestamptz,
  matched            bigint      NOT NULL DEFAULT 0,
  deleted            bigint      NOT NULL DEFAULT 0,
  bytes              bigint      NOT NULL DEFAULT 0,
  first_later_xid    xid8,
  partitions_dropped integer     NOT NULL DEFAULT 0,
  state              smallint    NOT NULL,
  ignore_policies    boolean     NOT NULL DEFAULT false,
  -- Whether it deletes the workflow itself after its executions.
  deletes_workflow   boolean     NOT NULL DEFAULT false,
  matched_exact      boolean     NOT NULL DEFAULT true,
  statuses           smallint[]  NOT NULL,
  requested_by       text        NOT NULL,
  failure            text,
  preview            jsonb,
  CONSTRAINT cleanup_pkey PRIMARY KEY (id),
  CONSTRAINT cleanup_state_check CHECK (state BETWEEN 1 AND 5),
  CONSTRAINT cleanup_keep_last_check CHECK (keep_last > 0)
);
COMMENT ON TABLE cleanup IS 'The ledger of cleanups. A null owner_id or workflow_id means all.';
COMMENT ON COLUMN cleanup.preview IS 'The preview at the start of the cleanup.';
COMMENT ON COLUMN cleanup.first_later_xid IS
  'Rows written by this transaction or a later one are kept, except on days that are dropped whole.';
COMMENT ON INDEX cleanup_pkey IS 'cleanup, and the ledger page of all requesters.';
CREATE INDEX cleanup_requested_by ON cleanup (requested_by, id);
COMMENT ON INDEX cleanup_requested_by IS 'cleanups: the ledger page of one requester.';
CREATE INDEX cleanup_open ON cleanup (id) WHERE state IN (1, 2);
COMMENT ON INDEX cleanup_open IS 'The next cleanup to run or resume.';
CREATE INDEX cleanup_policy ON cleanup (policy_id, id) WHERE policy_id IS NOT NULL;
COMMENT ON INDEX cleanup_policy IS 'The last cleanup of a policy.';
CREATE UNIQUE INDEX cleanup_of_workflow ON cleanup (workflow_id) WHERE deletes_workflow AND state IN (1, 2);
COMMENT ON INDEX cleanup_of_workflow IS 'deleteWorkflow: one at a time for each workflow.';

CREATE TABLE cleanup_rule (
  cleanup_id  uuid       NOT NULL,
  policy_id   uuid       NOT NULL,
  workflow_id uuid,
  keep_from   uuid,
  rank        integer    NOT NULL,
  owner_id    integer,
  keep_last   integer,
  keep_since  timestamptz,
  statuses    smallint[] NOT NULL,
  CONSTRAINT cleanup_rule_pkey PRIMARY KEY (cleanup_id, rank)
);
COMMENT ON TABLE cleanup_rule IS
  'A copy of the policies that apply to a cleanup. It resumes with the same ones.';
COMMENT ON INDEX cleanup_rule_pkey IS 'Cleanups: the policies of a cleanup, the most specific first.';
COMMENT ON COLUMN cleanup_rule.rank IS '1 is the most specific. The first matching policy decides about an execution.';
COMMENT ON COLUMN cleanup_rule.keep_since IS 'The policy keeps executions that started at this time or later.';
COMMENT ON COLUMN cleanup_rule.keep_from IS 'The smallest ID at keep_since.';

CREATE TABLE cleanup_keep (
  cleanup_id  uuid NOT NULL,
  policy_id   uuid NOT NULL,
  workflow_id uuid NOT NULL,
  keep_from   uuid NOT NULL,
  CONSTRAINT cleanup_keep_pkey PRIMARY KEY (cleanup_id, policy_id, workflow_id)
);
COMMENT ON TABLE cleanup_keep IS
  'The oldest kept execution of each workflow for "keep the newest N". The nil policy is the N of the cleanup itself.';
COMMENT ON INDEX cleanup_keep_pkey IS 'Cleanups: whether an execution is among the newest N of its workflow.';

CREATE TABLE cleanup_spared (
  cleanup_id   uuid NOT NULL,
  execution_id uuid NOT NULL,
  CONSTRAINT cleanup_spared_pkey PRIMARY KEY (cleanup_id, execution_id)
);
COMMENT ON TABLE cleanup_spared IS
  'Descendants of executions that were running, held, among the newest N or kept by a policy when the cleanup began, '
  'or that have been held since.';
COMMENT ON INDEX cleanup_spared_pkey IS 'Cleanups: whether an execution is spared, and which ones of a day are.';

CREATE TABLE retention_policy (
  id                 uuid        NOT NULL,
  workflow_id        uuid,
  owner_id           integer,
  keep_last          integer,
  keep_for           interval,
  created_at         timestamptz NOT NULL DEFAULT now(),
  last_run_at        timestamptz,
  checked_at         timestamptz,
  overdue_since      timestamptz,
  overdue            bigint,
  from_configuration boolean     NOT NULL DEFAULT false,
  statuses           smallint[]  NOT NULL,
  -- keep_for as it was given, such as P90D or PT2160H. Null if it is from the configuration.
  keep_for_text      text,
  CONSTRAINT retention_policy_pkey PRIMARY KEY (id),
  CONSTRAINT retention_policy_target UNIQUE NULLS NOT DISTINCT (workflow_id, owner_id, statuses),
  CONSTRAINT retention_policy_keep_check CHECK (keep_for IS NOT NULL OR keep_last > 0)
);
COMMENT ON TABLE retention_policy IS 'A null owner_id or workflow_id means all.';
COMMENT ON COLUMN retention_policy.overdue IS 'Number of executions that should already be deleted, as of checked_at.';
COMMENT ON INDEX retention_policy_pkey IS 'removeRetentionPolicy, and the state of a policy after its run.';
COMMENT ON INDEX retention_policy_target IS 'setRetentionPolicy: one policy for each target.';

-- Functions

-- upper rather than lower: it has no rules that depend on neighbouring letters, and replaces a sharp s by SS. A database
-- with a C collation changes only ASCII, so this needs the Unicode collation. In UTF-8, a text with as many bytes as
-- characters is ASCII, for which the C collation is several times faster.
DO $$
BEGIN
  EXECUTE format($function$
    CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(value) = length(value) THEN upper(value COLLATE "C") COLLATE "C"
                ELSE upper(value COLLATE %I) COLLATE "C" END
    $function$,
    CASE WHEN EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN 'und-x-icu' ELSE 'default' END);
END $$;
COMMENT ON FUNCTION fold IS
  'search, errorContains and the search of workflows: texts that differ only in case have the same result.';

CREATE FUNCTION uuid_v7_floor(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid;
COMMENT ON FUNCTION uuid_v7_floor IS 'The smallest UUIDv7 of the millisecond of a timestamp.';

CREATE FUNCTION first_id(day date) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN uuid_v7_floor(day::timestamp AT TIME ZONE 'UTC');
COMMENT ON FUNCTION first_id IS
  'The smallest UUIDv7 of a UTC day: bounds of partitions, and of days in the list of failures.';

CREATE FUNCTION uuid_v7_time(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_timestamp(('x0000' || left(replace(id::text, '-', ''), 12))::bit(64)::bigint / 1000.0);
COMMENT ON FUNCTION uuid_v7_time IS 'The time in a UUIDv7: previews of cleanups that keep the newest N.';

CREATE FUNCTION external_id_hash(source text, external_id text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(substring(sha256(convert_to(coalesce(source, '') || E'\x1f' || external_id, 'UTF8')) FROM 1 FOR 16),
              'hex')::uuid;
COMMENT ON FUNCTION external_id_hash IS
  'The key of an external ID in external_execution. The server computes it itself (ExternalId.hash); this is for queries '
  'by hand and for tests.';

CREATE FUNCTION has_day_partitions(id uuid) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN to_regclass('execution_' || to_char(uuid_v7_time(id) AT TIME ZONE 'UTC', 'YYYYMMDD')) IS NOT NULL;
COMMENT ON FUNCTION has_day_partitions IS
  'sweep_external_ids, and recording: whether an execution with this ID can be inserted.';

-- The comparison of execution_id protects a row that is taken over meanwhile. The scalar subquery opens one partition for
-- each row, where an anti-join would read all executions.
CREATE FUNCTION sweep_external_ids(pages integer) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  pass external_sweep;
BEGIN
  SELECT * INTO pass FROM external_sweep FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  IF pass.next_page IS NULL THEN
    IF NOT EXISTS (SELECT FROM cleanup WHERE finished_at > pass.started_at AND deleted > 0) THEN
      RETURN false;
    END IF;
    pass.started_at := now();
    pass.next_page := 0;
  END IF;
  WITH absent AS MATERIALIZED (
    SELECT x.owner_id, x.hash, x.execution_id
    FROM external_execution x
    WHERE x.ctid >= format('(%s,0)', pass.next_page)::tid AND x.ctid < format('(%s,0)', pass.next_page + pages)::tid
      AND (SELECT e.id FROM execution e WHERE e.id = x.execution_id) IS NULL
      AND (NOT x.reserved OR NOT has_day_partitions(x.execution_id)))
  DELETE FROM external_execution x
  USING absent
  WHERE x.owner_id = absent.owner_id AND x.hash = absent.hash AND x.execution_id = absent.execution_id;
  pass.next_page := pass.next_page + pages;
  IF pass.next_page >= pg_relation_size('external_execution') / current_setting('block_size')::bigint THEN
    pass.next_page := NULL;
  END IF;
  UPDATE external_sweep SET started_at = pass.started_at, next_page = pass.next_page;
  RETURN pass.next_page IS NOT NULL;
END $$;
COMMENT ON FUNCTION sweep_external_ids IS
  'Deletes external IDs on the next pages whose executions are gone. Returns whether the pass goes on; there is one after '
  'each cleanup. Only one server at a time sweeps.';

CREATE VIEW unsuccessful AS
SELECT u.id, u.workflow_id, u.owner_id, u.status, u.attempt, u.held, u.truncated, u.finished_at, u.duration_millis,
       u.parent_id, u.trigger, u.labels, u.error_type, u.error_message, u.error_fingerprint, u.sanitized, u.redacted,
       u.queued_at, u.started_at, u.retry_of, u.external_id, u.source,
       NULL::timestamptz AS heartbeat_deadline, NULL::interval AS heartbeat_timeout
FROM unsuccessful_execution u
WHERE NOT EXISTS (SELECT FROM dropped_day)
   OR NOT EXISTS (
     SELECT FROM dropped_day dropped
     WHERE u.id >= first_id(dropped.day) AND u.id < first_id(dropped.day + 1));
COMMENT ON VIEW unsuccessful IS 'Read unsuccessful_execution through this view: it hides dropped days immediately.';

CREATE FUNCTION settle_dropped_day(of_day date) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  -- ensure_day_partitions takes the same lock; the second caller finds no row.
  PERFORM pg_advisory_xact_lock(hashtext('runlog.partition'), hashtext(to_char(of_day, 'YYYYMMDD')));
  DELETE FROM dropped_day WHERE day = of_day;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE execution_daily
  SET success_deleted = success, failed_deleted = failed, cancelled_deleted = cancelled, crashed_deleted = crashed
  WHERE day = of_day
    AND success + failed + cancelled + crashed
      <> success_deleted + failed_deleted + cancelled_deleted + crashed_deleted;
  DELETE FROM unsuccessful_execution
  WHERE id >= first_id(of_day) AND id < first_id(of_day + 1);
  DELETE FROM execution_retry
  WHERE retry_of >= first_id(of_day) AND retry_of < first_id(of_day + 1)
     OR retry_id >= first_id(of_day) AND retry_id < first_id(of_day + 1);
  RETURN true;
END $$;
COMMENT ON FUNCTION settle_dropped_day IS
  'Marks all executions of a dropped day as deleted and removes them from the list of failures. Returns false if the '
  'day was not dropped. Called after a drop, and by ensure_day_partitions before it creates the day again.';

-- Partitions are created as tables and then attached, because CREATE TABLE ... PARTITION OF blocks reads and writes of
-- the other partitions.
CREATE FUNCTION ensure_day_partitions(of_day date) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  suffix text := to_char(of_day, 'YYYYMMDD');
  lower  uuid := first_id(of_day);
  upper  uuid := first_id(of_day + 1);
  parent text;
BEGIN
  IF to_regclass('execution_' || suffix) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- One server at a time; the second finds the partitions.
  PERFORM pg_advisory_xact_lock(hashtext('runlog.partition'), hashtext(suffix));
  IF to_regclass('execution_' || suffix) IS NOT NULL THEN
    RETURN false;
  END IF;
  PERFORM settle_dropped_day(of_day);
  FOREACH parent IN ARRAY ARRAY['step', 'execution'] LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', parent || '_' || suffix, parent);
    IF parent = 'execution' THEN
      -- Plans are made for all owners. With a few large owners, the planner would read the primary key and skip the rows
      -- of the others, which never ends for a small owner. This is the number that it assumes without statistics.
      EXECUTE format('ALTER TABLE %I ALTER COLUMN owner_id SET (n_distinct = 200), '
                     'ALTER COLUMN workflow_id SET (n_distinct = 200)', parent || '_' || suffix);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, parent || '_' || suffix, lower, upper);
  END LOOP;
  RETURN true;
END $$;
COMMENT ON FUNCTION ensure_day_partitions IS
  'Creates the partitions of a UTC day if they are missing. Recording calls it ahead of time and for days of a batch.';

CREATE FUNCTION step_parts_kept(kind text, input text, output text, error_fingerprint text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (CASE WHEN kind IS NULL THEN 2 ELSE 0 END
        | CASE WHEN input IS NULL THEN 4 ELSE 0 END
        | CASE WHEN output IS NULL THEN 8 ELSE 0 END
        | CASE WHEN error_fingerprint IS NULL THEN 240 ELSE 0 END)::smallint;
COMMENT ON FUNCTION step_parts_kept IS
  'recordSteps: bits of the parts that a step keeps if it is recorded again with these values.';

-- Rewriting a day: a trigger on its partitions notes executions that change while the successor is being filled.

CREATE TABLE partition_change (
  execution_id uuid NOT NULL,
  suffix       text NOT NULL
);
COMMENT ON TABLE partition_change IS 'Executions that changed in a partition while its successor is being filled.';

CREATE FUNCTION note_partition_change() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  changed uuid;
BEGIN
  IF TG_ARGV[0] = 'step' THEN
    IF TG_OP = 'DELETE' THEN changed := OLD.execution_id; ELSE changed := NEW.execution_id; END IF;
  ELSE
    IF TG_OP = 'DELETE' THEN changed := OLD.id; ELSE changed := NEW.id; END IF;
  END IF;
  INSERT INTO partition_change (suffix, execution_id) VALUES (TG_ARGV[1], changed);
  RETURN NULL;
END $$;
COMMENT ON FUNCTION note_partition_change IS
  'Trigger with the arguments parent table and suffix. Cleanups create it on a partition only while they rewrite it.';
