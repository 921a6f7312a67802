import { digest } from './names.js';

/** What a comment written by release 0.1.0 starts with; the instance id follows, in the same quotes. */
export const OLD_COMMENT_START = 'OSB service instance "';

/**
 * The comment on a finished database. Every login of the server can read it, so it holds no id: the database name
 * stands for the instance, the digest proves to a repeated provision that this very operation made the database.
 */
export function databaseComment(operationId: string | undefined): string {
  return `OSB service instance${madeBy(operationId)}`;
}

/** Whether an operation finished the database with this comment, in the format of this release or of 0.1.0. */
export function isMadeBy(comment: string, operationId: string | undefined): boolean {
  return comment.endsWith(madeBy(operationId));
}

/** The comment that replaces one of 0.1.0: the same without the instance id. */
export function withoutInstanceId(comment: string): string {
  return comment.replace(/^OSB service instance ".*", made by/s, 'OSB service instance, made by');
}

const madeBy = (operationId: string | undefined): string => `, made by operation ${digest(operationId ?? '')}`;
