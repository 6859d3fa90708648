import { operation } from '../api/operation';
import runRow from '../fragments/RunRow.graphql';
import facets from './RunsFacets.graphql';
import live from './RunsLive.graphql';
import page from './RunsPage.graphql';
import choices from './WorkflowChoices.graphql';
import durations from './WorkflowDurations.graphql';
import names from './WorkflowNames.graphql';

export const RUNS_PAGE = operation('RunsPage', page, runRow);
export const RUNS_FACETS = operation('RunsFacets', facets);
export const RUNS_LIVE = operation('RunsLive', live, runRow);
export const WORKFLOW_CHOICES = operation('WorkflowChoices', choices);
export const WORKFLOW_DURATIONS = operation('WorkflowDurations', durations);
export const WORKFLOW_NAMES = operation('WorkflowNames', names);
