/** $1 operations: those that were committed. */
export const FIND_COMMITTED = {
  name: 'find-committed',
  text: `select id from operation where id = any($1::text[])`,
};

/** $1 operation, $2 epoch: where its holder of that epoch left it; nothing while it is held, and after a take-over. */
export const FIND_LEFT = {
  name: 'find-left',
  text: `select state from operation where id = $1 and epoch = $2 and leased_by is null`,
};
