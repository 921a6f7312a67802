import { createServer, type ServerResponse } from 'node:http';

/** What the broker is told: to keep everybody waiting from now on, or to answer them and whoever comes. */
export type HangingOrder = 'hang' | 'answer';

const CATALOG = {
  services: [
    {
      id: 'hanging-service',
      name: 'hanging',
      description: 'Hangs when told to.',
      bindable: false,
      plans: [{ id: 'hanging-plan', name: 'plan', description: 'The one plan.' }],
    },
  ],
};

/** A broker that takes requests and, while it hangs, answers none of them. */
let hangs = false;
const waiting = new Set<ServerResponse>();

const server = createServer((request, response) => {
  request.resume();
  if (request.method === 'GET') return void response.writeHead(200, JSON_TYPE).end(JSON.stringify(CATALOG));
  if (hangs) waiting.add(response);
  else answer(response, request.method === 'PUT' ? 201 : 200);
});
const JSON_TYPE = { 'content-type': 'application/json' };
const answer = (response: ServerResponse, status: number): void => void response.writeHead(status, JSON_TYPE).end('{}');

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.on('message', ({ order }: { readonly order: HangingOrder }) => {
  hangs = order === 'hang';
  // While it hangs it is asked for creates only.
  if (!hangs) for (const response of waiting) answer(response, 201);
  waiting.clear();
  process.send?.({ order });
});
process.once('disconnect', () => process.exit(0));
