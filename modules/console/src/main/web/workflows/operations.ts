import { operation } from '../api/operation';
import cleanupFigures from '../fragments/CleanupFigures.graphql';
import cleanupRow from '../fragments/CleanupRow.graphql';
import runRow from '../fragments/RunRow.graphql';
import runsLive from '../runs/RunsLive.graphql';
import deleteWorkflow from './DeleteWorkflow.graphql';
import topWorkflows from './TopWorkflows.graphql';
import workflowDetail from './WorkflowDetail.graphql';
import workflowList from './WorkflowList.graphql';
import workflowRuns from './WorkflowRuns.graphql';
import workflowTrends from './WorkflowTrends.graphql';

export const WORKFLOW_LIST = operation('WorkflowList', workflowList);
export const TOP_WORKFLOWS = operation('TopWorkflows', topWorkflows);
export const WORKFLOW_TRENDS = operation('WorkflowTrends', workflowTrends);
export const WORKFLOW_DETAIL = operation('WorkflowDetail', workflowDetail);
export const WORKFLOW_RUNS = operation('WorkflowRuns', workflowRuns, runRow);
export const RUNS_LIVE = operation('RunsLive', runsLive, runRow);
export const DELETE_WORKFLOW = operation('DeleteWorkflow', deleteWorkflow, cleanupRow, cleanupFigures);
