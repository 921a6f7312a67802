import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pause } from '../faults.js';
import { jsonAnswer, type Answer } from './answer.js';
import type { WireFault } from './wire-fault.js';

/** Sends an answer, or what a fault makes of it. Resolves with the status that was sent, or undefined. */
export async function send(
  response: ServerResponse,
  answer: Answer | undefined,
  fault: WireFault | undefined,
): Promise<number | undefined> {
  if (fault?.answerDelayMs !== undefined) await pause(fault.answerDelayMs);
  if (fault?.hang === true) return undefined;
  if (fault?.close === true || (answer === undefined && fault?.status === undefined)) {
    response.destroy();
    return undefined;
  }
  const { status, headers, body } = spoilt(answer ?? jsonAnswer(200), fault);
  const bytes = Buffer.from(body);
  const length = status === 304 || status === 204 ? {} : { 'content-length': String(bytes.length) };
  response.writeHead(status, { ...headers, ...length });
  await (fault?.dripMs === undefined ? finish(response, bytes) : drip(response, bytes, fault.dripMs));
  return status;
}

function spoilt(answer: Answer, fault: WireFault | undefined): Answer {
  const { status = answer.status, headers = {}, body } = fault ?? {};
  const replaced = fault?.status === undefined ? answer : jsonAnswer(status);
  return { status, headers: { ...replaced.headers, ...headers }, body: body ?? replaced.body };
}

async function finish(response: ServerResponse, bytes: Buffer): Promise<void> {
  response.end(bytes);
  if (!response.destroyed && !response.writableFinished)
    await Promise.race([once(response, 'finish'), once(response, 'close')]);
}

/** One byte at a time, as long as anybody listens. */
async function drip(response: ServerResponse, bytes: Buffer, everyMs: number): Promise<void> {
  for (const byte of bytes) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await pause(everyMs);
  }
  response.end();
}
