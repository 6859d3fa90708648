-- What did not end well, in one list over all days: a page of failures would have to look into the partition of nearly
-- every day, as most have one or none. docs/decisions/0010-list-of-failures.md says why.

-- The head of each execution that is FAILED, CANCELLED or CRASHED, written in the transactions that change its row.
CREATE TABLE unsuccessful_execution (
  id                uuid        NOT NULL,
  workflow_id       uuid        NOT NULL,
  owner_id          integer     NOT NULL,
  status            smallint    NOT NULL,
  attempt           smallint    NOT NULL,
  held              boolean     NOT NULL,
  truncated         smallint    NOT NULL,
  finished_at       timestamptz NOT NULL,
  duration_millis   bigint      NOT NULL,
  parent_id         uuid,
  trigger           text,
  labels            jsonb,
  error_type        text,
  error_message     text,
  error_fingerprint text,
  CONSTRAINT unsuccessful_execution_status_check CHECK (status BETWEEN 3 AND 5)
);

INSERT INTO unsuccessful_execution (id, workflow_id, owner_id, status, attempt, held, truncated, finished_at,
                                    duration_millis, parent_id, trigger, labels, error_type, error_message,
                                    error_fingerprint)
SELECT id, workflow_id, owner_id, status, attempt, held, truncated, finished_at, duration_millis, parent_id, trigger,
       labels, error_type, error_message, error_fingerprint
FROM execution
WHERE status IN (3, 4, 5)
ORDER BY id;

ALTER TABLE unsuccessful_execution ADD CONSTRAINT unsuccessful_execution_pkey PRIMARY KEY (id);
CREATE INDEX unsuccessful_execution_workflow ON unsuccessful_execution (workflow_id, status, id);
COMMENT ON INDEX unsuccessful_execution_workflow IS 'executions of a workflow of one such status by start.';
CREATE INDEX unsuccessful_execution_owner ON unsuccessful_execution (owner_id, status, id);
COMMENT ON INDEX unsuccessful_execution_owner IS 'executions of an owner of one such status by start.';

-- A day that was dropped is out of sight at once; its rows in the list go when the day is settled.
CREATE VIEW unsuccessful AS
SELECT u.*, NULL::timestamptz AS heartbeat_deadline
FROM unsuccessful_execution u
WHERE NOT EXISTS (SELECT FROM dropped_day)
   OR NOT EXISTS (
     SELECT FROM dropped_day gone
     WHERE u.id >= uuid_v7_floor(gone.day::timestamp AT TIME ZONE 'UTC')
       AND u.id < uuid_v7_floor((gone.day + 1)::timestamp AT TIME ZONE 'UTC'));
COMMENT ON VIEW unsuccessful IS 'What to read of unsuccessful_execution.';

-- As before, and the list's rows of the day go.
CREATE OR REPLACE FUNCTION settle_dropped_day(of_day date) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  -- The lock of ensure_day_partitions: one of both, and the second finds no mark.
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
  WHERE id >= uuid_v7_floor(of_day::timestamp AT TIME ZONE 'UTC')
    AND id < uuid_v7_floor((of_day + 1)::timestamp AT TIME ZONE 'UTC');
  RETURN true;
END $$;

-- Of the rare statuses, only what runs is still looked for day by day.
DROP INDEX execution_workflow_status;
DROP INDEX execution_owner_status;
CREATE INDEX execution_workflow_running ON execution (workflow_id, id) WHERE status = 1;
COMMENT ON INDEX execution_workflow_running IS 'What runs of a workflow, by start.';
CREATE INDEX execution_owner_running ON execution (owner_id, id) WHERE status = 1;
COMMENT ON INDEX execution_owner_running IS 'What runs of an owner, by start.';
