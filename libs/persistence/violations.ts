const UNIQUE = '23505';
const FOREIGN_KEY = '23503';

/** Whether the unique constraint of this name stood in the way. */
export const violates = (error: unknown, constraint: string): boolean => isViolation(error, UNIQUE, constraint);

/** Whether the row that this foreign key refers to is gone. */
export const violatesForeignKey = (error: unknown, constraint: string): boolean => isViolation(error, FOREIGN_KEY, constraint);

function isViolation(error: unknown, kind: string, constraint: string): boolean {
  const { code, constraint: named } = error as { code?: string; constraint?: string };
  return code === kind && named === constraint;
}
