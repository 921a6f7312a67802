import type { OperationKind } from '#sdk';

/**
 * Where the gateway stands when it is stopped. `late`: it is about to send. `answered`: it has the backend's answer, and
 * has not written it down. `sent`: the backend has the request, and acts only when everything else is over. `sending`: in
 * the middle of it, with the processor in its hands: what it does next it does before it can notice that time has passed.
 */
export type Place = 'late' | 'answered' | 'sent' | 'sending';

/** What a gateway was at when it was stopped, and what happened until it woke. */
export interface Story {
  readonly kind: OperationKind;
  readonly place: Place;
  /** Another gateway ends the operation; then platforms delete what it is about, make it anew, or change it again. */
  readonly meanwhile: 'nothing more' | 'deleted' | 'made anew' | 'changed again';
  /** Plans of the instances, and bindings, that are there in the end. */
  readonly lives: readonly string[];
  /**
   * How often the backend is asked for this in all: by the one that took over, and in the other's name when it had sent.
   * An update is asked for once more when the stopped one's call can do no harm any more. Neither a create nor an update is
   * sent again once a delete of the instance is recorded. What a delete may still do is kept
   * from what is made anew: its id stays reserved at the backend.
   */
  readonly calls: number;
}

/** What is changed again or made anew has the plan `rotatable`. */
export const STORIES: readonly Story[] = [
  { kind: 'provision', place: 'late', meanwhile: 'nothing more', lives: ['sync'], calls: 1 },
  { kind: 'provision', place: 'late', meanwhile: 'deleted', lives: [], calls: 0 },
  { kind: 'provision', place: 'late', meanwhile: 'made anew', lives: ['rotatable'], calls: 1 },
  { kind: 'provision', place: 'sent', meanwhile: 'nothing more', lives: ['sync'], calls: 2 },
  { kind: 'provision', place: 'sent', meanwhile: 'deleted', lives: [], calls: 1 },
  { kind: 'provision', place: 'sent', meanwhile: 'made anew', lives: ['rotatable'], calls: 2 },
  { kind: 'provision', place: 'answered', meanwhile: 'deleted', lives: [], calls: 1 },
  { kind: 'provision', place: 'answered', meanwhile: 'made anew', lives: ['rotatable'], calls: 2 },
  { kind: 'update', place: 'late', meanwhile: 'changed again', lives: ['rotatable'], calls: 3 },
  { kind: 'update', place: 'answered', meanwhile: 'changed again', lives: ['rotatable'], calls: 4 },
  { kind: 'update', place: 'answered', meanwhile: 'deleted', lives: [], calls: 1 },
  { kind: 'bind', place: 'late', meanwhile: 'deleted', lives: ['sync'], calls: 1 },
  { kind: 'bind', place: 'late', meanwhile: 'made anew', lives: ['sync', 'binding'], calls: 2 },
  { kind: 'bind', place: 'sent', meanwhile: 'deleted', lives: ['sync'], calls: 2 },
  { kind: 'bind', place: 'answered', meanwhile: 'made anew', lives: ['sync', 'binding'], calls: 2 },
  { kind: 'unbind', place: 'late', meanwhile: 'made anew', lives: ['sync', 'binding'], calls: 1 },
  { kind: 'unbind', place: 'answered', meanwhile: 'made anew', lives: ['sync', 'binding'], calls: 2 },
  { kind: 'deprovision', place: 'late', meanwhile: 'nothing more', lives: [], calls: 1 },
  { kind: 'deprovision', place: 'late', meanwhile: 'made anew', lives: ['rotatable'], calls: 1 },
  { kind: 'deprovision', place: 'sending', meanwhile: 'made anew', lives: ['rotatable'], calls: 1 },
  { kind: 'deprovision', place: 'answered', meanwhile: 'made anew', lives: ['rotatable'], calls: 2 },
];

/** Also the beginning of all its ids, and of no other story's. */
export const nameOf = ({ kind, place, meanwhile }: Story): string => `${place}-${kind}-${meanwhile.replace(' ', '-')}.`;

export function sentenceOf({ kind, place, meanwhile }: Story): string {
  const where = { late: 'before it sends', sending: 'as it sends', sent: 'after it has sent', answered: 'when it has the answer to' }[place];
  return `stopped ${where} a ${kind}, ${meanwhile === 'nothing more' ? 'ended by another one' : meanwhile} before it wakes`;
}
