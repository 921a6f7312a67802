export type { ExpressionData } from './cel.js';
export { ExpressionError } from './expression-error.js';
export { Expressions, type Expression, type ExpressionLimits, type Template } from './expressions.js';
