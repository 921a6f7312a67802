import type { Told } from './explain.js';
import type { Outcome } from './outcome.js';
import type { Request } from './requests.js';

/** A request as one would tell it to a colleague. */
export function asked(request: Request, known: readonly string[]): string {
  const { platform, instance, binding } = request;
  const thing = `${platform === 'p1' ? '' : `${platform}: `}${instance}${binding === undefined ? '' : ` ${binding}`}`;
  if (request.does === 'fetch') return `GET ${thing}`;
  if (request.does === 'poll') return `poll ${thing}${request.operation === undefined ? '' : `, ${called(request.operation, known)}`}`;
  return `${METHODS[request.does]} ${[thing, ...details(request)].join(' ')}`;
}

const METHODS = { provision: 'PUT', update: 'PATCH', deprovision: 'DELETE', bind: 'PUT', unbind: 'DELETE' } as const;

function details(request: Exclude<Request, { does: 'fetch' | 'poll' }>): string[] {
  const { service, plan, patient } = request;
  return [
    ...(plan === undefined ? [] : [plan]),
    ...(service === 'own' ? [] : [service === 'absent' ? 'without service_id' : "with another plan's service_id"]),
    ...('space' in request && request.space !== 'here' ? [`space=${request.space}`] : []),
    ...('parameters' in request && request.parameters !== 'none' ? [`a=${request.parameters}`] : []),
    ...('predecessor' in request ? [`predecessor=${request.predecessor}`] : []),
    ...(patient ? ['accepts_incomplete'] : []),
  ];
}

/** What the gateway answered. */
export function answered({ status, word, operation, shows }: Told, known: readonly string[]): string {
  const shown = shows?.plan === undefined ? '' : ` ${shows.plan}${shows.a === undefined ? '' : ` a=${shows.a}`}`;
  return `${status}${word === undefined ? '' : ` ${word}`}${operation === undefined ? '' : ` ${called(operation, known)}`}${shown}`;
}

/** What the model would have understood. */
export function expected(outcomes: readonly Outcome[]): string {
  const texts = outcomes.map(({ status, word, shows, waitsFor, operation, next }) => {
    const shown = shows?.plan === undefined ? '' : ` ${shows.plan}${shows.a === undefined ? '' : ` a=${shows.a}`}`;
    const told = operation === undefined ? '' : next.operations[operation]?.id === undefined ? ' a new operation' : ' the same operation';
    return `${status}${word === undefined ? '' : ` ${word}`}${told}${shown}${waitsFor === undefined ? '' : ' after its end'}`;
  });
  return [...new Set(texts)].join(' or ');
}

const called = (operation: string, known: readonly string[]): string =>
  known.includes(operation) ? `operation ${known.indexOf(operation) + 1}` : `operation ${operation}`;
