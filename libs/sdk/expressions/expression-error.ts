/**
 * An expression or template that cannot be read, or has no result. The message names the place and the expression, never
 * a value; `cause` may hold one.
 */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
