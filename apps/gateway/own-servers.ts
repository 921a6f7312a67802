/** Settings of `postgresql` backends that the gateway fills in: its own servers. */
export interface OwnServerSettings extends Record<string, unknown> {
  readonly embeddedServer?: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    /** Where free disk space is watched. */
    readonly dataDirectory: string;
  };
  readonly recordServer: { readonly url: string; readonly dedicated?: boolean };
}

/** The server of the gateway's record and, where that is embedded, another one for tenants. */
export interface OwnServers {
  /** The database that keeps the record. */
  readonly recordUrl: string;
  /** Resolves when the servers run, or are not worth waiting for any longer. */
  started(): Promise<void>;
  /** As they are now: `embeddedServer` is absent until it runs. */
  settings(): OwnServerSettings;
  /** Calls the listener whenever the settings have changed, from now on. */
  onChange(listener: () => void): void;
  /** Ends the embedded servers. */
  stop(): Promise<void>;
}
