-- The ledger of cleanups and the retention policies.
-- Cleanup states: 1 PENDING, 2 RUNNING, 3 COMPLETED, 4 CANCELLED, 5 FAILED.

CREATE TABLE cleanup (
  id                 uuid        NOT NULL,
  dry_run            boolean     NOT NULL,
  state              smallint    NOT NULL,
  before             timestamptz NOT NULL,
  statuses           smallint[]  NOT NULL,
  workflow_id        uuid,
  -- Null for all owners.
  owner_id           integer,
  matched            bigint      NOT NULL DEFAULT 0,
  deleted            bigint      NOT NULL DEFAULT 0,
  bytes              bigint      NOT NULL DEFAULT 0,
  partitions_dropped integer     NOT NULL DEFAULT 0,
  requested_by       text        NOT NULL,
  policy_id          uuid,
  created_at         timestamptz NOT NULL DEFAULT now(),
  finished_at        timestamptz,
  failure            text,
  CONSTRAINT cleanup_pkey PRIMARY KEY (id),
  CONSTRAINT cleanup_state_check CHECK (state BETWEEN 1 AND 5)
);
CREATE INDEX cleanup_requested_by ON cleanup (requested_by, id);
COMMENT ON INDEX cleanup_requested_by IS 'cleanups: the ledger page of one requester.';
CREATE INDEX cleanup_open ON cleanup (id) WHERE state IN (1, 2);
COMMENT ON INDEX cleanup_open IS 'The next cleanup to run or to resume.';

CREATE TABLE retention_policy (
  id          uuid        NOT NULL,
  workflow_id uuid,
  -- Null for all owners.
  owner_id    integer,
  statuses    smallint[]  NOT NULL,
  keep_for    interval    NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  last_run_at timestamptz,
  CONSTRAINT retention_policy_pkey PRIMARY KEY (id),
  CONSTRAINT retention_policy_target UNIQUE NULLS NOT DISTINCT (workflow_id, owner_id, statuses)
);
