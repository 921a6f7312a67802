import { BrokerError, JsonTextError, type RawJson } from '#sdk';

/** An answer before it goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A JSON object: `members` are serialised, `raw` ones keep their bytes. What is undefined is left out. */
export function jsonAnswer(
  status: number,
  members: Readonly<Record<string, unknown>> = {},
  raw: Readonly<Record<string, RawJson | undefined>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const texts = [
    ...Object.entries(members).map(([name, value]) => [name, JSON.stringify(value) as string | undefined] as const),
    ...Object.entries(raw).map(([name, value]) => [name, value?.raw] as const),
  ];
  const body = texts.flatMap(([name, text]) => (text === undefined ? [] : [`${JSON.stringify(name)}:${text}`]));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: `{${body.join(',')}}` };
}

/** What a failure looks like on the wire; anything but a {@link BrokerError} is an internal error without details. */
export function errorAnswer(error: unknown): Answer {
  if (error instanceof JsonTextError) return errorAnswer(new BrokerError('BadRequest', error.message));
  if (!(error instanceof BrokerError)) return errorAnswer(new BrokerError('InternalError', 'The broker broke down.'));
  const { instanceUsable, updateRepeatable, retryAfterSeconds } = error.details;
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds));
  if (error.status === 401) headers['www-authenticate'] = 'Basic realm="simulator"';
  const { word, description } = error;
  const flags = { instance_usable: instanceUsable, update_repeatable: updateRepeatable };
  return jsonAnswer(error.status, { error: word, description, ...flags }, {}, headers);
}
