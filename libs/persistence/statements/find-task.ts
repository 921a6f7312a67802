import { QUIET_AFTER, taskColumns, TASK_JOINS } from './columns.js';

/** $1 operation, $2 how long a call may take in ms. */
export const FIND_TASK = {
  name: 'find-task',
  text: `select ${taskColumns(QUIET_AFTER, '$2')}, false as may_be_under_way from operation o ${TASK_JOINS} where o.id = $1`,
};
