-- Totals of all owners by day, so that what asks about everybody reads a few rows a day instead of one for each
-- workflow, and days that are dropped without touching the rollups of each workflow in the same transaction.
-- docs/decisions/0007-retention.md says why.

-- Kept by recording and cleanup in the transactions that change execution_daily, and like it: the plain columns outlive
-- the rows. Only sums over the shards mean something: what starts in one may end in another.
CREATE TABLE execution_day (
  day                 date     NOT NULL,
  -- Writers at the same time take different rows, as each waits for the other's commit otherwise.
  shard               smallint NOT NULL,
  running             bigint   NOT NULL DEFAULT 0,
  success             bigint   NOT NULL DEFAULT 0,
  failed              bigint   NOT NULL DEFAULT 0,
  cancelled           bigint   NOT NULL DEFAULT 0,
  crashed             bigint   NOT NULL DEFAULT 0,
  success_deleted     bigint   NOT NULL DEFAULT 0,
  failed_deleted      bigint   NOT NULL DEFAULT 0,
  cancelled_deleted   bigint   NOT NULL DEFAULT 0,
  crashed_deleted     bigint   NOT NULL DEFAULT 0,
  duration_millis_sum bigint   NOT NULL DEFAULT 0,
  CONSTRAINT execution_day_pkey PRIMARY KEY (day, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE execution_day IS 'Rollups of all owners together. They are always written after those of workflows.';

INSERT INTO execution_day (day, shard, running, success, failed, cancelled, crashed, success_deleted, failed_deleted,
                           cancelled_deleted, crashed_deleted, duration_millis_sum)
SELECT day, 0, sum(running), sum(success), sum(failed), sum(cancelled), sum(crashed), sum(success_deleted),
       sum(failed_deleted), sum(cancelled_deleted), sum(crashed_deleted), sum(duration_millis_sum)
FROM execution_daily
GROUP BY day;

CREATE VIEW execution_total AS
SELECT day, sum(running)::bigint AS running, sum(success)::bigint AS success, sum(failed)::bigint AS failed,
       sum(cancelled)::bigint AS cancelled, sum(crashed)::bigint AS crashed,
       sum(success_deleted)::bigint AS success_deleted, sum(failed_deleted)::bigint AS failed_deleted,
       sum(cancelled_deleted)::bigint AS cancelled_deleted, sum(crashed_deleted)::bigint AS crashed_deleted,
       sum(duration_millis_sum)::bigint AS duration_millis_sum
FROM execution_day
GROUP BY day;
COMMENT ON VIEW execution_total IS 'What to read of execution_day.';

-- A day in here was dropped: nothing of it is there, whatever execution_daily counts as deleted. The cleaner, or who
-- makes the day anew, settles that and takes the mark away. While it stands, the day has no partitions, so nobody else
-- writes the day's rollups.
CREATE TABLE dropped_day (
  day date NOT NULL,
  CONSTRAINT dropped_day_pkey PRIMARY KEY (day)
);

CREATE VIEW execution_rollup AS
SELECT d.owner_id, d.workflow_id, d.day, d.running, d.success, d.failed, d.cancelled, d.crashed,
       CASE WHEN gone.day IS NULL THEN d.success_deleted ELSE d.success END AS success_deleted,
       CASE WHEN gone.day IS NULL THEN d.failed_deleted ELSE d.failed END AS failed_deleted,
       CASE WHEN gone.day IS NULL THEN d.cancelled_deleted ELSE d.cancelled END AS cancelled_deleted,
       CASE WHEN gone.day IS NULL THEN d.crashed_deleted ELSE d.crashed END AS crashed_deleted,
       d.duration_millis_sum
FROM execution_daily d
LEFT JOIN dropped_day gone ON gone.day = d.day;
COMMENT ON VIEW execution_rollup IS 'What to read of execution_daily where it matters what is there now.';

-- Writes into a dropped day's rollups that all of it is deleted; false where there is no mark.
CREATE FUNCTION settle_dropped_day(of_day date) RETURNS boolean
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
  RETURN true;
END $$;

-- As before, but a day that was dropped is settled before it is there again.
CREATE OR REPLACE FUNCTION ensure_day_partitions(of_day date) RETURNS boolean
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
  PERFORM settle_dropped_day(of_day);
  FOREACH parent IN ARRAY ARRAY['step', 'execution'] LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', parent || '_' || suffix, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   parent, parent || '_' || suffix, lower, upper);
  END LOOP;
  RETURN true;
END $$;

-- The biggest workflows are looked for among these where there are more than can be looked through each time.
CREATE TABLE biggest_workflow (
  workflow_id uuid        NOT NULL,
  found_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT biggest_workflow_pkey PRIMARY KEY (workflow_id)
);
COMMENT ON TABLE biggest_workflow IS 'The workflows of which most was there when the cleaner looked last.';

INSERT INTO biggest_workflow (workflow_id)
SELECT workflow_id
FROM execution_daily
GROUP BY workflow_id
ORDER BY sum(running + success - success_deleted + failed - failed_deleted + cancelled - cancelled_deleted
             + crashed - crashed_deleted) DESC, workflow_id
LIMIT 30;

CREATE VIEW biggest_candidate AS
SELECT w.id AS workflow_id, w.owner_id
FROM workflow w
WHERE w.id IN (SELECT workflow_id FROM biggest_workflow)
UNION
SELECT w.id, w.owner_id
FROM workflow w
WHERE (SELECT count(*) FROM (SELECT FROM workflow LIMIT 31) few) <= 30;
COMMENT ON VIEW biggest_candidate IS 'All workflows up to thirty; else those that were biggest lately.';

-- Written with execution.held. To look whether anything is held would plan a scan of every partition.
CREATE TABLE held_execution (
  execution_id uuid NOT NULL,
  CONSTRAINT held_execution_pkey PRIMARY KEY (execution_id)
);
INSERT INTO held_execution (execution_id)
SELECT id
FROM execution
WHERE held;
