import { ServerResponse } from 'node:http';

type End = ServerResponse['end'];

const end = Reflect.get(ServerResponse.prototype, 'end') as End;

/**
 * Calls back when half of an answer has left this process; the other half follows when that is through. The product has
 * no such place of its own: what it hands to Node it has finished.
 */
export function onMidAnswer(pass: ((method: string) => Promise<void>) | undefined): void {
  ServerResponse.prototype.end = pass ? halved(pass) : end;
}

function halved(pass: (method: string) => Promise<void>): End {
  return function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    const [body] = args;
    const finish = (): unknown => Reflect.apply(end, this, args);
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) return finish() as ServerResponse;
    const bytes = Buffer.from(body as string);
    const half = Math.ceil(bytes.length / 2);
    this.write(bytes.subarray(0, half), () => {
      args[0] = bytes.subarray(half);
      void pass(this.req.method ?? '').then(finish);
    });
    return this;
  } as End;
}
