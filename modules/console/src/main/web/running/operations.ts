import { operation } from '../api/operation';
import runRow from '../fragments/RunRow.graphql';
import runningNow from './RunningNow.graphql';

export const RUNNING_NOW = operation('RunningNow', runningNow, runRow);
