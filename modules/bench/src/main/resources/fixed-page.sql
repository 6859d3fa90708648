-- The latest page of a workflow, as the server of November 2026 sent it. It is kept as it is, even if the server sends
-- something else: it is the floor of graphql-page. $1 first ID, $2 owner, $3 workflow, $4 one more than the page.
SELECT e.id, e.workflow_id, e.status, e.queued_at, e.started_at, e.finished_at, e.error_type, e.error_message, e.error_fingerprint
FROM (SELECT * FROM (SELECT e.id, e.workflow_id, e.status, e.queued_at, e.started_at, e.finished_at, e.error_type, e.error_message, e.error_fingerprint
FROM execution e
WHERE e.workflow_id = (SELECT w.id FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE w.id = $3 AND o.subject = $2)
  AND e.id >= $1
ORDER BY e.id DESC
LIMIT 50) e LIMIT $4) e
ORDER BY e.id DESC
