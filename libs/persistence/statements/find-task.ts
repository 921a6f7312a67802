import { QUIET_AFTER, taskColumns, TASK_JOINS } from './columns.js';

/** $1 operation. */
export const FIND_TASK = {
  name: 'find-task',
  text: `select ${taskColumns(QUIET_AFTER)}, false as may_be_under_way from operation o ${TASK_JOINS} where o.id = $1`,
};
