/** What is asked, as far as a platform's headers depend on it. */
export interface Ask {
  readonly kind: 'catalog' | 'lifecycle' | 'read';
  readonly hasBody: boolean;
}

/** How one kind of platform asks, whatever it asks for. */
export interface Manner {
  readonly title: string;
  readonly catalogPath: string;
  /** Whether binds and unbinds carry `accepts_incomplete=true`; everything else that changes something does. */
  readonly bindsAsynchronously: boolean;
  /** Headers beside `Authorization`. */
  headers(ask: Ask): Record<string, string>;
}

/** Value of `X-Broker-API-Originating-Identity`. */
export function originatingIdentity(platform: string, user: object): string {
  return `${platform} ${Buffer.from(JSON.stringify(user)).toString('base64')}`;
}
