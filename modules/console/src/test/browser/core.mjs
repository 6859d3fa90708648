// What people do all day, for CI, whose time is limited: the list, a run, and deleting. `npm run browser` runs everything.
import './runs.test.mjs';
import './run.test.mjs';
import './cleanup.test.mjs';
