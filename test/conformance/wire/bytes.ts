import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Answer } from './answer.js';

/** What comes back for these bytes until the other side closes: send `Connection: close`, or something broken. */
export function bytesAnswer(base: URL, bytes: string | Buffer, answerMs: number): Promise<Answer> {
  const [firstLine = ''] = bytes.toString('latin1').split('\r\n', 1);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connection(base);
    const received: Buffer[] = [];
    socket.setTimeout(answerMs, () => socket.destroy(new Error(`${firstLine} was not answered in time`)));
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('error', (error) => (received.length > 0 ? undefined : reject(error)));
    socket.on('close', () => resolve(answerIn(firstLine, Buffer.concat(received), performance.now() - startedAt)));
    socket.write(bytes);
  });
}

function connection({ protocol, hostname, port }: URL): Socket {
  const secure = protocol === 'https:';
  const target = { host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port || (secure ? 443 : 80)) };
  return secure ? connectTls({ ...target, servername: target.host }) : connect(target);
}

/** Status 0 where nothing came back at all. */
function answerIn(request: string, bytes: Buffer, tookMs: number): Answer {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end < 0 ? undefined : end).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const chunked = headers.some(([name, value]) => /^transfer-encoding$/i.test(name) && /chunked/i.test(value));
  const body = end < 0 ? '' : text.slice(end + 4);
  return new Answer(request, Number(/^HTTP\/\S+ (\d{3})/.exec(statusLine)?.[1] ?? 0), headers, chunked ? joined(body) : body, tookMs);
}

/** The text of a body sent in chunks. */
function joined(body: string): string {
  const [, length = '', rest = ''] = /^([0-9a-f]+)[^\r]*\r\n([\s\S]*)$/i.exec(body) ?? [];
  const size = Number.parseInt(length, 16);
  return size > 0 ? rest.slice(0, size) + joined(rest.slice(size + 2)) : '';
}
