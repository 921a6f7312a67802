import { bind, unbind } from './binding-rules.js';
import { deprovision, provision, update } from './instance-rules.js';
import type { Outcome } from './outcome.js';
import { fetch, poll } from './reading-rules.js';
import type { Request } from './requests.js';
import type { State } from './state.js';

/** What may come of a request in a state: never nothing. */
export type Rules = (state: State, request: Request) => Outcome[];

/** One broker, as its platforms may see it; written from the specification and the documents, not from the gateway. */
export const broker: Rules = (state, request) => {
  switch (request.does) {
    case 'provision':
      return provision(state, request);
    case 'update':
      return update(state, request);
    case 'deprovision':
      return deprovision(state, request);
    case 'bind':
      return bind(state, request);
    case 'unbind':
      return unbind(state, request);
    case 'fetch':
      return fetch(state, request);
    case 'poll':
      return poll(state, request);
    default:
      return request satisfies never;
  }
};
