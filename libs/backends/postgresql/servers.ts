import { BrokerError, type AddressGuard, type BackendLog, type Call, type InstanceRef, type StateSlot } from '#sdk';
import { Connections } from './connections.js';
import { findDatabase, findRoles } from './inventory.js';
import { instanceNames } from './names.js';
import { serversOfSettings, SERVER_ROLES, type ServerRole } from './servers-of-settings.js';
import type { PostgresqlSettings } from './settings.js';
import { explain, isClosedTo } from './sql-errors.js';

/** The member of an instance's slot that remembers its server. Written before anything is made there. */
const SLOT_KEY = 'server';

export const NO_SERVER =
  'no PostgreSQL server is named for new instances, and no embedded one runs: the operator has to set "host", "username" and "password" in the settings of the backend';

/** The servers of one backend, and which of them an instance is on. */
export class Servers {
  readonly #connections: ReadonlyMap<ServerRole, Connections>;

  /** @throws Error when the address guard refuses the named host */
  constructor(settings: PostgresqlSettings, log: BackendLog, addresses: AddressGuard) {
    const servers = serversOfSettings(settings, addresses);
    this.#connections = new Map([...servers].map(([role, server]) => [role, new Connections(server, log)]));
  }

  /** The server for new instances. */
  get forNew(): Connections | undefined {
    return this.#connections.get('named') ?? this.#connections.get('embedded');
  }

  /** The server that keeps the gateway's record: nothing new is made there. */
  get record(): Connections | undefined {
    return this.#connections.get('record');
  }

  /** For a provision: where an earlier attempt began, else the server for new instances. @throws BrokerError */
  async choose(instance: InstanceRef, call: Call): Promise<Connections> {
    const begun = await this.#find(instance, call);
    const role = begun ?? (this.#connections.has('named') ? 'named' : 'embedded');
    const connections = this.#connections.get(role);
    if (connections === undefined) throw begun === undefined ? new BrokerError('BadRequest', NO_SERVER) : absent(role);
    if (remembered(call.state) === undefined) await call.state.put(SLOT_KEY, role);
    return connections;
  }

  /** For every other verb. Where no server has anything of the instance, one that will say so. @throws BrokerError */
  async of(instance: InstanceRef, call: Call): Promise<Connections> {
    const role = await this.#find(instance, call);
    const connections = role === undefined ? (this.forNew ?? this.record) : this.#connections.get(role);
    if (connections === undefined) throw absent(role ?? 'named');
    return connections;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((each) => each.close()));
  }

  /**
   * The remembered one. Instances of releases that remembered none are looked for where those could make them: on the
   * named server, which those used if there was one, then on the record's.
   */
  async #find(instance: InstanceRef, call: Call): Promise<ServerRole | undefined> {
    const known = remembered(call.state);
    if (known !== undefined) return known;
    for (const role of ['named', 'record'] as const) {
      const connections = this.#connections.get(role);
      if (connections && (await holds(connections, instance, call))) return role;
    }
    return undefined;
  }
}

function remembered(state: StateSlot): ServerRole | undefined {
  const value = state.get(SLOT_KEY);
  return SERVER_ROLES.find((role) => role === value);
}

const WAYS_OUT: Record<ServerRole, string> = {
  named: 'the server that the settings of the backend named, and they name none any more: set "host" again',
  embedded: 'the embedded PostgreSQL for tenants, which this gateway does not run now: its log says why',
  record: "the server that keeps the gateway's record, which cannot be used: the gateway's log says why",
};

const absent = (role: ServerRole): BrokerError => new BrokerError('BackendFailed', `this instance is on ${WAYS_OUT[role]}`);

/** Whether anything of an instance is there. A server that has nothing for the gateway's role to enter has none. */
async function holds(connections: Connections, instance: InstanceRef, call: Call): Promise<boolean> {
  const names = instanceNames(instance);
  try {
    return await connections.signIn(call, async (admin) => {
      return (await findDatabase(admin, names)) !== undefined || (await findRoles(admin, names)).length > 0;
    });
  } catch (error) {
    if (isClosedTo(error)) return false;
    throw explain(error, false);
  }
}
