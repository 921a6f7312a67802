import { BrokerError, type BindingResult, type InstanceResult, type OperationKind } from '#sdk';
import { isObject } from '../is-object.js';
import { optional } from '../optional.js';
import { bindingProblem } from './binding-problem.js';
import type { Step } from './step.js';

/** What is known of the offering; an instance may outlive its plan. */
interface Offered {
  readonly offering: { readonly requires: readonly string[] };
}

/** Makes what a backend says fit for people: without the secrets it was given, and of bounded length. */
export interface BackendTexts {
  readonly text: (text: string) => string;
  readonly error: (error: BrokerError) => BrokerError;
}

/**
 * A plugin's answer is trusted no more than a remote broker's: what a platform would choke on is taken out, and a bind
 * that gave something unusable counts as failed (Cloud Controller would clean up after it).
 */
export function checkedStep(step: Step, kind: OperationKind, offered: Offered | undefined, texts: BackendTexts): Step {
  if (step.kind === 'refused') return { ...step, error: checkedRefusal(texts.error(step.error), kind) };
  if (step.kind === 'accepted') return { ...step, ...optional('instance', step.instance && checkedInstance(step.instance)) };
  if (step.kind === 'in progress') {
    return { kind: 'in progress', ...optional('retryAfterMs', step.retryAfterMs), ...optional('cause', step.cause), ...descriptionOf(step, texts) };
  }
  if (step.kind !== 'done') return step;
  const binding = step.binding && gated(step.binding, offered?.offering.requires);
  const problem = binding && bindingProblem(binding);
  if (problem !== undefined) return { kind: 'refused', error: new BrokerError('BackendFailed', `the backend gave ${problem}`) };
  return {
    kind: 'done',
    ...optional('instance', step.instance && checkedInstance(step.instance)),
    ...optional('binding', binding),
    ...descriptionOf(step, texts),
  };
}

/** OSB 2.17, Polling Last Operation: what users are told of an operation is a text. */
function descriptionOf({ description }: { readonly description?: unknown }, texts: BackendTexts): { description?: string } {
  return optional('description', typeof description === 'string' && description !== '' ? texts.text(description) : undefined);
}

/**
 * No create is refused like an update: Cloud Controller cleans up after a 422 whose word it does not know. No delete is
 * refused as unknown: platforms delete what they know, and 404 is no answer to that.
 */
function checkedRefusal(error: BrokerError, kind: OperationKind): BrokerError {
  const isDelete = kind === 'deprovision' || kind === 'unbind';
  if (isDelete && error.code === 'NotFound') return new BrokerError('BackendFailed', error.description, error.details);
  const isCreate = kind === 'provision' || kind === 'bind';
  if (!isCreate || error.code !== 'UpdateNotSupported') return error;
  return new BrokerError('BadRequest', error.description, optional('word', error.details.word));
}

function checkedInstance({ dashboardUrl, metadata }: InstanceResult): InstanceResult {
  return {
    ...optional('dashboardUrl', isWebAddress(dashboardUrl) ? dashboardUrl : undefined),
    ...optional('metadata', isObject(metadata) ? metadata : undefined),
  };
}

/** OSB 2.17, Binding: drains, routes and volumes only from offerings that announce them in `requires`. */
function gated(result: BindingResult, requires: readonly string[] = []): BindingResult {
  const { syslogDrainUrl, routeServiceUrl, volumeMounts, ...always } = result;
  const mounts = Array.isArray(volumeMounts) && requires.includes('volume_mount') ? volumeMounts : undefined;
  return {
    ...always,
    ...optional('syslogDrainUrl', requires.includes('syslog_drain') ? syslogDrainUrl : undefined),
    ...optional('routeServiceUrl', requires.includes('route_forwarding') ? routeServiceUrl : undefined),
    ...optional('volumeMounts', mounts),
  };
}

function isWebAddress(url: unknown): url is string {
  // A URL parser forgives blanks and control characters; whoever shows the link may not.
  if (typeof url !== 'string' || url.length > 2048 || /[\s\p{Cc}]/u.test(url) || !URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
