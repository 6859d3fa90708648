-- What is below something that runs, is held or is among the newest is found anew while a cleanup lasts; what is below
-- something that a policy keeps is found once, as policies are frozen.
ALTER TABLE cleanup_spared ADD COLUMN lasting boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN cleanup_spared.lasting IS 'Whether it stays for as long as the cleanup lasts.';
