/** Requests that Node's parser refuses before the app sees them: malformed, too long, or sent too slowly. */
import { type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from './contracts/common.ts';

const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Time for the client to read the response. Closing at once would reset the connection of a client that is still sending. */
const LINGER_MS = 1_000;

export function respondToRefusedRequests(server: Server): void {
  const answered = new WeakSet<Duplex>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // The parser reports what the client sends after the response, too.
    if (answered.has(socket)) return;
    answered.add(socket);
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(responseTo(error.code ?? ''));
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
}

function responseTo(code: string): string {
  const status = STATUSES[code] ?? 400;
  const title = STATUS_CODES[status]!;
  const problem: Problem = { type: 'about:blank', title, status, code: 'invalid_request' };
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
