import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { Http, type HttpRequest } from '#exchange/binance/http.ts';
import { until } from '#test/support/until.ts';

const servers: Server[] = [];
const clients: Http[] = [];
const sockets = new Set<Socket>();

after(async () => {
  for (const socket of sockets) socket.destroy();
  for (const client of clients) await client.close();
  for (const server of servers) server.close();
});

/** @param answer undefined: accept and say nothing */
async function listen(answer: (socket: Socket, received: string) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => answer(socket, chunk.toString()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function client(port: number): Http {
  const http = new Http(`http://127.0.0.1:${port}`);
  clients.push(http);
  return http;
}

const post: HttpRequest = {
  method: 'POST',
  path: '/order',
  headers: {},
  body: 'a=1',
  deadlineMs: 2_000,
  answerBytesMax: 1_000,
  heldBack: () => undefined,
};

test('a refused connection was never sent', async () => {
  const port = await listen(() => {});
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  assert.deepEqual(await client(port).request(post), { kind: 'unsent', cause: 'ECONNREFUSED' });
});

test('a connection that is reset after the request is broken', async () => {
  const port = await listen((socket) => socket.resetAndDestroy());
  assert.equal((await client(port).request(post)).kind, 'broken');
});

test('a connection that is closed in the middle of the answer is broken', async () => {
  const port = await listen((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half":'));
  assert.equal((await client(port).request(post)).kind, 'broken');
});

test('no answer within the deadline is broken', async () => {
  const port = await listen(() => {});
  const result = await client(port).request({ ...post, deadlineMs: 80 });
  assert.deepEqual(result, { kind: 'broken', cause: 'no answer within 80 ms' });
});

test('an answer that dribbles past the deadline is broken', async () => {
  const port = await listen((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  });
  assert.equal((await client(port).request({ ...post, deadlineMs: 100 })).kind, 'broken');
});

test('an answer that is too large is broken', async () => {
  const port = await listen((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(5000)}`),
  );
  const result = await client(port).request(post);
  assert.deepEqual(result, { kind: 'broken', cause: 'the answer has more than 1000 bytes' });
});

test('a request whose deadline passes while it waits for a connection was not sent, and never will be', async () => {
  let received = '';
  let free: (() => void) | undefined;
  const held: Socket[] = [];
  const port = await listen((socket, text) => {
    received += text;
    held.push(socket);
    free?.();
  });
  const http = client(port);
  const connections = 16;
  const allHeld = new Promise<void>((resolve) => {
    free = () => held.length === connections && resolve();
  });
  const running = Array.from({ length: connections }, () => http.request(post));
  await allHeld;
  const late = await http.request({ ...post, path: '/late', deadlineMs: 50 });
  assert.deepEqual(late, { kind: 'unsent', cause: 'no answer within 50 ms' });
  for (const socket of held) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  assert.ok((await Promise.all(running)).every(({ kind }) => kind === 'answered'));
  const next = http.request({ ...post, path: '/next', deadlineMs: 200 });
  await next;
  assert.match(received, /\/next/);
  assert.doesNotMatch(received, /\/late/);
});

test('the status and the raw body of an error are kept', async () => {
  const port = await listen((socket) =>
    socket.write('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 20\r\n\r\nService Unavailable.'),
  );
  const result = await client(port).request(post);
  assert.deepEqual(result, {
    kind: 'answered',
    status: 503,
    headers: { 'content-length': '20' },
    body: 'Service Unavailable.',
  });
});

test('a request that is held back is not sent, even if that is only found when a connection is free', async () => {
  const received: string[] = [];
  const waiting: Socket[] = [];
  let heldBack: string | undefined;
  const port = await listen((socket, text) => {
    received.push(text);
    waiting.push(socket);
  });
  const http = client(port);
  const request = { ...post, heldBack: () => heldBack };
  const connections = 16;
  const first = Array.from({ length: connections }, () => http.request(request));
  await until('all connections in use', () => received.length === connections);
  const queued = http.request(request);
  heldBack = 'banned';
  assert.deepEqual(await http.request(request), { kind: 'held_back', cause: 'banned' }, 'without waiting');
  for (const socket of waiting) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  assert.deepEqual(await queued, { kind: 'held_back', cause: 'banned' });
  assert.ok((await Promise.all(first)).every(({ kind }) => kind === 'answered'));
  heldBack = undefined;
  void http.request(request);
  await until('one more', () => received.length > connections);
  assert.equal(received.length, connections + 1);
  for (const socket of waiting) socket.destroy();
});
