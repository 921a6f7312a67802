import { setTimeout as pause } from 'node:timers/promises';
import { Broken } from '../expecting.js';
import type { Answer, JsonObject } from '../wire/answer.js';
import { HttpClient, type Ask } from '../wire/http-client.js';
import { limitsOf, type Limits } from './limits.js';
import type { Role } from './needs.js';
import { planIdOf, serviceIdOf } from './offered.js';
import { Parts, type Cast } from './parts.js';
import type { Profile } from './profile.js';
import { Instance, type Binding } from './resources.js';
import type { Speaking } from './speaking.js';
import { Traces } from './traces.js';
import { triedOut, type Trials } from './trials.js';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Target {
  readonly url: string;
  /** Undefined for a broker that lets everybody in. */
  readonly login?: Login | undefined;
  readonly profile: Profile;
}

/** The credentials of HTTP basic authentication. */
export const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** What every row gets: a broker, what it offers, and what is known of it. */
export class BrokerUnderTest implements Speaking {
  readonly traces = new Traces();
  readonly limits: Limits;
  /** As it was when the run began. */
  catalog: JsonObject = {};
  parts: Parts = new Parts(new Map(), new Set());
  /** Why no plan could be created on trial; empty where one could, or where the profile names one. */
  triedInVain: readonly string[] = [];
  private readonly client: HttpClient;
  private readonly played = new Map<unknown, Promise<unknown>>();

  private constructor(readonly target: Target) {
    this.limits = limitsOf(target.profile);
    const authorization = target.login ? { Authorization: basic(target.login) } : {};
    const headers = { ...authorization, 'X-Broker-API-Version': target.profile.version };
    this.client = new HttpClient({ url: target.url, headers, answerMs: this.limits.answerMs });
  }

  /** Reads the catalog and finds out who plays which part. @throws Error that says why nothing can be tested. */
  static async meet(target: Target): Promise<BrokerUnderTest> {
    const broker = new BrokerUnderTest(target);
    const answer = await broker.send('GET', '/v2/catalog');
    if (answer.status !== 200 || !answer.object) throw new Error(`the catalog cannot be read: ${answer.story}${wayOut(answer, target)}`);
    broker.catalog = answer.object;
    const { found, refusals } = await trialsOf(broker, answer.object);
    broker.parts = Parts.of(target.profile, answer.object, found, target.login !== undefined);
    if (!found.sync && !found.async && !target.profile.plans.any) broker.triedInVain = refusals;
    return broker;
  }

  /** Sends exactly this, with the login and the version unless `ask` says otherwise. */
  async send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    try {
      const answer = await this.client.send(method, path, ask);
      this.traces.note(method, path, ask.body ?? parsed(ask.raw), answer.status);
      return answer;
    } catch (error) {
      this.traces.note(method, path, ask.body ?? parsed(ask.raw), undefined);
      throw error;
    }
  }

  /** Sends these very bytes on a connection of their own; `Connection: close` makes for a quick end. */
  sendBytes(bytes: string | Buffer): Promise<Answer> {
    return this.client.sendBytes(bytes);
  }

  /** The head of a request to be sent as bytes, with the login, without its end. */
  headBytes(method: string, path: string): string {
    const { login, profile } = this.target;
    const lines = [
      `${method} ${this.client.prefix}${path} HTTP/1.1`,
      `Host: ${this.client.host}`,
      'Connection: close',
      ...(login ? [`Authorization: ${basic(login)}`] : []),
      `X-Broker-API-Version: ${profile.version}`,
    ];
    return `${lines.join('\r\n')}\r\n`;
  }

  /** An instance of the plan that plays this part, with an id nobody used; nothing is sent. */
  instance(role: Role, id?: string): Instance {
    return new Instance(this, this.cast(role), id);
  }

  /** An instance that exists; `create` parameters of the part are sent. */
  async made(role: Role, id?: string): Promise<Instance> {
    const instance = this.instance(role, id);
    await instance.settled(await instance.provision({}, { incomplete: true }));
    return instance;
  }

  /** A binding that exists, of an instance of its own. */
  async bound(role: Role): Promise<Binding> {
    const binding = (await this.made(role)).binding();
    await binding.settled(await binding.bind({}, { incomplete: true }));
    return binding;
  }

  /** Plays a story once in a run; every row that asks for it looks at the same record. */
  once<T>(story: (broker: BrokerUnderTest) => Promise<T>): Promise<T> {
    const known = this.played.get(story) as Promise<T> | undefined;
    const playing = known ?? story(this);
    if (!known) this.played.set(story, playing);
    return playing;
  }

  /** Polls what lives under this path until it is not in progress any more. */
  async polled(path: string, operation: string | undefined): Promise<Answer> {
    const { endMs } = this.limits;
    const query: Record<string, string> = operation === undefined ? {} : { operation };
    const until = performance.now() + endMs;
    for (;;) {
      const answer = await this.send('GET', `${path}/last_operation`, { query });
      if (answer.status !== 200 || answer.body['state'] !== 'in progress') return answer;
      if (performance.now() > until) throw new Broken(`${answer.story}; expected an end within ${endMs / 1000} s`);
      await this.pause();
    }
  }

  /** As long as there is between two polls. */
  async pause(): Promise<void> {
    await pause(this.limits.pollMs);
  }

  /** @throws Error where a row uses a part it does not need: a fault of the suite. */
  cast(role: Role): Cast {
    const cast = this.parts.get(role);
    if (cast) return cast;
    throw new Error(`the row uses the part ${role} without needing it`);
  }

  /** For deletes of what was made with ids nobody could read. */
  get anyPlan(): { readonly serviceId: string; readonly planId: string } {
    const cast = this.cast('any');
    return { serviceId: serviceIdOf(cast), planId: planIdOf(cast) };
  }

  close(): void {
    this.client.close();
  }
}

/** A profile that names who answers at once, or who does not, spares the trials. */
function trialsOf(broker: BrokerUnderTest, catalog: JsonObject): Promise<Trials> {
  const { sync, async: later, asyncOnly } = broker.target.profile.plans;
  return sync || later || asyncOnly ? Promise.resolve({ found: {}, refusals: [] }) : triedOut(broker, catalog);
}

function wayOut({ status }: Answer, { url, login, profile }: Target): string {
  if (status === 401 && login && login === profile.otherLogin) return '; is `otherLogin` of the profile right?';
  if (status === 401) return login ? '; are --username and --password right?' : '; give --username and --password';
  if (status === 404 && /\/v2\/*$/.test(url)) return '; leave /v2 out of --url';
  if (status === 412) return `; does it speak ${profile.version}? \`version\` of the profile says what it is asked in`;
  return '';
}

function parsed(raw: string | Buffer | undefined): unknown {
  try {
    return JSON.parse(String(raw));
  } catch {
    return undefined;
  }
}
