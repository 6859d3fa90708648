-- Cleanups that drop and rewrite whole day partitions, keep the newest of each workflow, and tell beforehand what they
-- will do. docs/decisions/0007-retention.md says why.

CREATE INDEX execution_held ON execution (id) WHERE held;
COMMENT ON INDEX execution_held IS 'What a hold keeps, for previews of cleanups.';

ALTER TABLE cleanup
  ADD COLUMN keep_last       integer,
  ADD COLUMN ignore_policies boolean NOT NULL DEFAULT false,
  ADD COLUMN matched_exact   boolean NOT NULL DEFAULT true,
  ADD COLUMN started_at      timestamptz,
  -- Of a dry run: what it found.
  ADD COLUMN preview         jsonb,
  ADD CONSTRAINT cleanup_keep_last_check CHECK (keep_last > 0);
CREATE INDEX cleanup_policy ON cleanup (policy_id, id) WHERE policy_id IS NOT NULL;
COMMENT ON INDEX cleanup_policy IS 'The last cleanup of a policy.';

-- The policies that bear on a cleanup, as they stood when it began, so that it resumes as what it was.
CREATE TABLE cleanup_rule (
  cleanup_id  uuid       NOT NULL,
  -- 1 is the most specific; the first that fits an execution decides about it.
  rank        integer    NOT NULL,
  policy_id   uuid       NOT NULL,
  workflow_id uuid,
  owner_id    integer,
  statuses    smallint[] NOT NULL,
  -- It keeps what started at this moment or later; keep_from is the same as an id.
  keep_since  timestamptz,
  keep_from   uuid,
  keep_last   integer,
  CONSTRAINT cleanup_rule_pkey PRIMARY KEY (cleanup_id, rank)
);

-- The oldest execution that "the newest N" keeps of each workflow; the nil policy stands for the cleanup's own N.
CREATE TABLE cleanup_keep (
  cleanup_id  uuid NOT NULL,
  policy_id   uuid NOT NULL,
  workflow_id uuid NOT NULL,
  keep_from   uuid NOT NULL,
  CONSTRAINT cleanup_keep_pkey PRIMARY KEY (cleanup_id, policy_id, workflow_id)
);

-- Children, at whatever depth, of executions that run, are held or are among the newest of their workflow.
CREATE TABLE cleanup_spared (
  cleanup_id   uuid NOT NULL,
  execution_id uuid NOT NULL,
  CONSTRAINT cleanup_spared_pkey PRIMARY KEY (cleanup_id, execution_id)
);

ALTER TABLE retention_policy
  ALTER COLUMN keep_for DROP NOT NULL,
  ADD COLUMN keep_last          integer,
  ADD COLUMN from_configuration boolean NOT NULL DEFAULT false,
  -- How far behind it is, as of checked_at.
  ADD COLUMN overdue            bigint,
  ADD COLUMN overdue_since      timestamptz,
  ADD COLUMN checked_at         timestamptz,
  ADD CONSTRAINT retention_policy_keep_check CHECK (keep_for IS NOT NULL OR keep_last > 0);

-- Which executions changed in a partition while its successor was being filled.
CREATE TABLE partition_change (
  suffix       text NOT NULL,
  execution_id uuid NOT NULL
);
COMMENT ON TABLE partition_change IS 'Written by triggers that stand on a partition only while it is being rewritten.';

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

CREATE INDEX execution_daily_day ON execution_daily (day);
COMMENT ON INDEX execution_daily_day IS 'The rollups of a partition that is dropped or rewritten. Updates never touch the day.';
