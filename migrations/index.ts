export { migrations } from './all.js';
export { describeSchema } from './describe-schema.js';
