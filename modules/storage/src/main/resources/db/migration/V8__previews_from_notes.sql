-- What a preview would have to look up for each workflow and each file, noted where the biggest workflows are.

ALTER TABLE biggest_workflow ADD COLUMN owner_id integer;
UPDATE biggest_workflow b SET owner_id = w.owner_id FROM workflow w WHERE w.id = b.workflow_id;
ALTER TABLE biggest_workflow ALTER COLUMN owner_id SET NOT NULL;

CREATE OR REPLACE VIEW biggest_candidate AS
SELECT workflow_id, owner_id
FROM biggest_workflow
UNION
SELECT w.id, w.owner_id
FROM workflow w
WHERE (SELECT count(*) FROM (SELECT FROM workflow LIMIT 31) few) <= 30;

-- Of days that are over. What is recorded into them later counts when they are noted again.
CREATE TABLE noted_size (
  day   date   NOT NULL,
  bytes bigint NOT NULL,
  steps bigint NOT NULL,
  CONSTRAINT noted_size_pkey PRIMARY KEY (day)
);
COMMENT ON TABLE noted_size IS 'What the partitions of days took when retention looked last.';
