-- What recording changed in an execution or a step before storing it: parts that were cut have been marked for
-- executions only; characters that cannot be stored and secrets that were replaced were not.
ALTER TABLE execution
  -- Bits as in truncated, and 32 error type, 64 trigger, 128 labels.
  ADD COLUMN sanitized smallint NOT NULL DEFAULT 0,
  ADD COLUMN redacted  integer  NOT NULL DEFAULT 0;
ALTER TABLE unsuccessful_execution
  ADD COLUMN sanitized smallint NOT NULL DEFAULT 0,
  ADD COLUMN redacted  integer  NOT NULL DEFAULT 0;
ALTER TABLE step
  -- Bits of the parts: 1 name, 2 kind, 4 input, 8 output, 16 error.
  ADD COLUMN truncated smallint NOT NULL DEFAULT 0,
  ADD COLUMN sanitized smallint NOT NULL DEFAULT 0,
  ADD COLUMN redacted  smallint NOT NULL DEFAULT 0;

-- The bits of the parts that a step keeps when it is recorded again with these values.
CREATE FUNCTION step_parts_kept(kind text, input text, output text, error text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (CASE WHEN kind IS NULL THEN 2 ELSE 0 END
        | CASE WHEN input IS NULL THEN 4 ELSE 0 END
        | CASE WHEN output IS NULL THEN 8 ELSE 0 END
        | CASE WHEN error IS NULL THEN 16 ELSE 0 END)::smallint;

-- A view keeps the columns that its table had when it was made.
DROP VIEW unsuccessful;
CREATE VIEW unsuccessful AS
SELECT u.*, NULL::timestamptz AS heartbeat_deadline
FROM unsuccessful_execution u
WHERE NOT EXISTS (SELECT FROM dropped_day)
   OR NOT EXISTS (
     SELECT FROM dropped_day gone
     WHERE u.id >= uuid_v7_floor(gone.day::timestamp AT TIME ZONE 'UTC')
       AND u.id < uuid_v7_floor((gone.day + 1)::timestamp AT TIME ZONE 'UTC'));
COMMENT ON VIEW unsuccessful IS 'What to read of unsuccessful_execution.';
