-- Dry runs are no longer in the ledger: they are answered and forgotten.
DELETE FROM cleanup WHERE dry_run;
ALTER TABLE cleanup DROP COLUMN dry_run;
DELETE FROM cleanup_rule WHERE cleanup_id NOT IN (SELECT id FROM cleanup);
DELETE FROM cleanup_keep WHERE cleanup_id NOT IN (SELECT id FROM cleanup);
DELETE FROM cleanup_spared WHERE cleanup_id NOT IN (SELECT id FROM cleanup);

ALTER TABLE cleanup ADD COLUMN first_later_xid bigint;
COMMENT ON COLUMN cleanup.first_later_xid IS 'Rows that this transaction or a later one wrote are not deleted in batches.';
COMMENT ON COLUMN cleanup.preview IS 'What the cleanup found when it began.';

-- How many executions of an owner are held is asked before one more is.
ALTER TABLE held_execution ADD COLUMN owner_id integer;
UPDATE held_execution h SET owner_id = e.owner_id FROM execution e WHERE e.id = h.execution_id;
DELETE FROM held_execution WHERE owner_id IS NULL;
ALTER TABLE held_execution ALTER COLUMN owner_id SET NOT NULL;
CREATE INDEX held_execution_owner ON held_execution (owner_id);
COMMENT ON INDEX held_execution_owner IS 'holdExecution: the number of held executions of an owner.';
