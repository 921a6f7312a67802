/** A binding's credentials as an attacker uses them. */
export interface Login {
  /** The tenant it belongs to, for what others may not learn. */
  readonly tenant: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  /** The password of the binding first, then those the attacker gave the role itself. */
  readonly passwords: string[];
  /** When the answer to its unbind, or to the deprovision of its instance, arrived. */
  endedAtMs: number | undefined;
}

/** The credentials as a bind answers them. */
export interface Credentials {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

export function loginOf(tenant: string, { host, port, database, username, password }: Credentials): Login {
  return { tenant, host, port, database, username, passwords: [password], endedAtMs: undefined };
}
