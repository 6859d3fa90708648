// All tests that share a server and a Chromium, in one process. Those in outage.test.mjs have servers of their own.
import './signin.test.mjs';
import './runs.test.mjs';
import './run.test.mjs';
import './workflows.test.mjs';
import './running.test.mjs';
import './cleanup.test.mjs';
import './access.test.mjs';
import './speed.test.mjs';
