import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/*
 * What the product's figures are held against: node:http and nothing else. Told by environment what to answer:
 * BARE_BODY_BYTES and BARE_HEADERS (JSON of name and value pairs) for GET; every other method reads its body (and hashes it
 * with MD5 when BARE_MD5 is 1) and answers 200.
 */
const body = Buffer.alloc(Number(process.env['BARE_BODY_BYTES'] ?? '0'), 'x');
const headers = JSON.parse(process.env['BARE_HEADERS'] ?? '[]') as [string, string][];
const flat = headers.flat();
const md5 = process.env['BARE_MD5'] === '1';

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET') {
    response.writeHead(200, flat);
    response.end(body);
    return;
  }
  const hash = md5 ? createHash('md5') : undefined;
  request.on('data', (chunk: Buffer) => hash?.update(chunk));
  request.on('end', () => {
    response.writeHead(200, hash === undefined ? {} : { ETag: `"${hash.digest('hex')}"` });
    response.end();
  });
}

const server = createServer({ maxHeaderSize: 65_536 }, answer);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on http://127.0.0.1:${address.port}`);
});
