import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

/** The limit: a bare server that sends the same bytes for the same headers. Its body is the file named on the command line. */
const body = readFileSync(process.argv[2] as string);
const server = createServer((_request, response) => {
  response.writeHead(200, {
    etag: '"the-same-length-as-a-digest-of-sha-256-in-base64url"',
    'cache-control': 'no-cache',
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.once('disconnect', () => process.exit(0));
