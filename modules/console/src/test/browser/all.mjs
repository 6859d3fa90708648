// All tests in one process, with one server and one Chromium.
import './signin.test.mjs';
import './access.test.mjs';
import './outage.test.mjs';
