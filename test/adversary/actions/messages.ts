import type { Action, Family } from './action.js';

const raiseLog: Action = (session, random) =>
  session.run(`DO $$ BEGIN FOR i IN 1..${200 + random.below(500)} LOOP RAISE LOG '%', repeat('adversary ', 50); END LOOP; END $$`);

const raiseWarning: Action = (session) =>
  session.run("DO $$ BEGIN FOR i IN 1..300 LOOP RAISE WARNING '%', repeat('w', 200); END LOOP; END $$");

const hugeError: Action = (session) =>
  session.run("DO $$ BEGIN RAISE EXCEPTION '%', repeat('e', 1000000) USING DETAIL = repeat('d', 1000000), HINT = repeat('h', 1000000); END $$");

const hugeStatement: Action = (session) => session.run(`SELECT '${'s'.repeat(500_000)}' FROM missing`);

/** Text that would be taken for lines of their own in a log. */
const linesInMessage: Action = (session) =>
  session.run(String.raw`DO $$ BEGIN RAISE LOG E'\n{"level":"error","msg":"planted"}\nFATAL:  planted'; END $$`);

const linesInNames: Action = (session, random) =>
  session.run(`CREATE TABLE IF NOT EXISTS "a\n{""level"":""error""}${random.below(4)}" (i int)`, "SET application_name = 'x\ny'");

const longNames: Action = (session) => session.run(`CREATE TABLE IF NOT EXISTS "${'n'.repeat(63)}" (i int)`, `SELECT * FROM "${'m'.repeat(5_000)}"`);

export const messages: Family = {
  name: 'messages',
  actions: { raiseLog, raiseWarning, hugeError, hugeStatement, linesInMessage, linesInNames, longNames },
};
