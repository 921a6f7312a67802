import { z } from 'zod';
import type { BindingResult, ExtensionFields, FetchedBinding, FetchedInstance, InstanceResult, RawObject } from '#sdk';
import { MalformedAnswerError } from './broker-answer.js';
import { present } from './present.js';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Checked, never copied: what keeps its bytes is taken from the raw object. */
const object = z.custom<Record<string, unknown>>(isObject, 'must be an object');
/** Checked as a whole: a problem for each element would take longer than the list itself. */
const objects = z.custom<Record<string, unknown>[]>((value) => Array.isArray(value) && value.every(isObject), 'must be a list of objects');

/** The spec's optional members; brokers write null for "none". */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const optionalText = z
  .string()
  .nullish()
  .transform((value) => value || undefined);

const instanceAnswer = z.object({
  dashboard_url: optionalText,
  metadata: optional(z.object({ labels: optional(object), attributes: optional(object) })),
});

const fetchedInstanceAnswer = instanceAnswer.extend({
  plan_id: optionalText,
  parameters: optional(object),
  maintenance_info: optional(z.object({ version: z.string() })),
});

const bindingAnswer = z.object({
  credentials: optional(object),
  syslog_drain_url: optionalText,
  route_service_url: optionalText,
  volume_mounts: optional(objects),
  endpoints: optional(objects),
  metadata: optional(z.object({ expires_at: optionalText, renew_before: optionalText })),
});

const fetchedBindingAnswer = bindingAnswer.extend({ parameters: optional(object) });

/** What a provision or update gave back. @throws MalformedAnswerError */
export function instanceResult(body: RawObject): InstanceResult {
  return instanceMembers(checked(instanceAnswer, body));
}

/** A fetched instance; its parameters keep their bytes. @throws MalformedAnswerError */
export function fetchedInstance(body: RawObject): FetchedInstance {
  const answer = checked(fetchedInstanceAnswer, body);
  return {
    ...instanceMembers(answer),
    ...present({
      planId: answer.plan_id,
      parameters: body.member('parameters'),
      maintenanceInfo: answer.maintenance_info,
      extensions: extensionsOf(body, ['service_id', ...Object.keys(fetchedInstanceAnswer.shape)]),
    }),
  };
}

/** What a bind gave back; the credentials keep their bytes. @throws MalformedAnswerError */
export function bindingResult(body: RawObject): BindingResult {
  return bindingMembers(checked(bindingAnswer, body), body);
}

/** A fetched binding; credentials and parameters keep their bytes. @throws MalformedAnswerError */
export function fetchedBinding(body: RawObject): FetchedBinding {
  const answer = checked(fetchedBindingAnswer, body);
  return {
    ...bindingMembers(answer, body),
    ...present({
      parameters: body.member('parameters'),
      extensions: extensionsOf(body, Object.keys(fetchedBindingAnswer.shape)),
    }),
  };
}

function extensionsOf(body: RawObject, known: readonly string[]): ExtensionFields | undefined {
  const names = Object.keys(body.value).filter((name) => !known.includes(name));
  const found = names.flatMap((name) => {
    const raw = body.member(name);
    return raw === undefined ? [] : [[name, raw] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function checked<T>(schema: z.ZodType<T>, body: RawObject): T {
  const read = schema.safeParse(body.value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new MalformedAnswerError(`a body whose ${issue?.path.join('.')} is wrong: ${issue?.message}`);
}

function instanceMembers({ dashboard_url, metadata }: z.output<typeof instanceAnswer>): InstanceResult {
  return present({
    dashboardUrl: dashboard_url !== undefined && isWebAddress(dashboard_url) ? dashboard_url : undefined,
    metadata: metadata && present(metadata),
  });
}

function bindingMembers(answer: z.output<typeof bindingAnswer>, body: RawObject): BindingResult {
  return present({
    credentials: body.member('credentials'),
    syslogDrainUrl: answer.syslog_drain_url,
    routeServiceUrl: answer.route_service_url,
    volumeMounts: answer.volume_mounts,
    endpoints: answer.endpoints,
    metadata: answer.metadata && present(answer.metadata),
  });
}

/** A dashboard's address is shown as a link: `javascript:` and user info have no place there. */
function isWebAddress(text: string): boolean {
  const url = text.length <= 2048 && URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  // A URL parser forgives control characters and blanks; whoever shows the link may not.
  return isWeb && url.username === '' && url.password === '' && !/[\s\p{Cc}]/u.test(text);
}
