/** One message of the Postgres protocol, version 3. The first one of a connection has no type. */
export interface Message {
  readonly type: string;
  readonly bytes: Buffer;
}

const LENGTH_BYTES = 4;

/** Splits what one side sends into messages, however the network has cut it. */
export class Messages {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private isStart: boolean) {}

  /** What a client sends: it starts with a message without a type. */
  static ofClient(): Messages {
    return new Messages(true);
  }

  static ofServer(): Messages {
    return new Messages(false);
  }

  /** The messages that are complete with this. */
  add(chunk: Buffer): Message[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const complete: Message[] = [];
    for (let message = this.take(); message; message = this.take()) complete.push(message);
    return complete;
  }

  private take(): Message | undefined {
    const typeBytes = this.isStart ? 0 : 1;
    if (this.rest.length < typeBytes + LENGTH_BYTES) return undefined;
    const end = typeBytes + this.rest.readUInt32BE(typeBytes);
    if (this.rest.length < end) return undefined;
    const bytes = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    const type = this.isStart ? '' : String.fromCharCode(bytes[0] ?? 0);
    this.isStart = false;
    return { type, bytes };
  }
}

/** What a client of the simple or the extended protocol asks with; anything else is not part of a round. */
const ASKING = new Set('QPBDECFS');

export const isAsking = ({ type }: Message): boolean => ASKING.has(type);

/** The client now waits for ReadyForQuery. */
export const endsRound = ({ type }: Message): boolean => type === 'Q' || type === 'F' || type === 'S';

/** The server has answered all it was asked. */
export const isReady = ({ type }: Message): boolean => type === 'Z';

/** The name of a prepared statement where it has one, else its text. */
export function statementOf(round: readonly Message[]): string {
  for (const { type, bytes } of round) {
    const words = bytes.subarray(1 + LENGTH_BYTES).toString('utf8').split('\0');
    if (type === 'Q') return words[0] ?? '';
    // Parse has the name and the text, Bind the portal and the name.
    if (type === 'P') return words[0] || (words[1] ?? '');
    if (type === 'B') return words[1] ?? '';
  }
  return '';
}
