// All tests in one process, with one server and one Chromium.
import './signin.test.mjs';
import './runs.test.mjs';
import './run.test.mjs';
import './workflows.test.mjs';
import './running.test.mjs';
import './cleanup.test.mjs';
import './access.test.mjs';
import './speed.test.mjs';
import './outage.test.mjs';
