// What people do all day, for CI, whose time is limited: the list, and a run. `npm run browser` runs everything.
import './runs.test.mjs';
import './run.test.mjs';
