import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { nobody } from '#exchange/binance/observer.ts';
import { StreamSocket, type StreamSocketOptions } from '#exchange/binance/socket.ts';
import { until } from '#test/support/until.ts';

let server: WebSocketServer;
let clients: WebSocket[];
let problems: string[];
let connected: boolean[];
let messages: string[];
let opened: StreamSocket[];
let heard: string[];

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  [clients, problems, connected, messages, opened, heard] = [[], [], [], [], [], []];
  server.on('connection', (client) => clients.push(client));
  await once(server, 'listening');
});

afterEach(async () => {
  for (const socket of opened) await socket.close();
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function connect(options: Partial<StreamSocketOptions> = {}): StreamSocket {
  const socket = new StreamSocket({
    name: 'test',
    kind: 'user',
    observer: { ...nobody, onStream: (kind, event) => heard.push(`${kind} ${event}`) },
    url: async () => ({ kind: 'answer', value: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    onConnected: (again) => connected.push(again),
    onMessage: (text) => messages.push(text),
    onProblem: (code, detail) => problems.push(`${code} ${detail}`),
    silenceMsMax: 60_000,
    ping: false,
    ...options,
  });
  opened.push(socket);
  return socket;
}

test('an observer hears of each connection, and of each message and ping', async () => {
  connect({ ping: true });
  await until('connected', () => clients.length === 1);
  clients[0]?.send('one');
  clients[0]?.ping();
  await until('heard', () => heard.length === 3);
  clients[0]?.terminate();
  await until('again', () => heard.includes('user reconnected'));
  assert.deepEqual(heard, ['user connected', 'user heard', 'user heard', 'user reconnected']);
});

test('a connection that closes is opened again', async () => {
  connect();
  await until('a client', () => clients.length === 1);
  clients[0]?.send('hello');
  await until('a message', () => messages.length === 1);
  clients[0]?.close();
  await until('another client', () => connected.length === 2);
  assert.deepEqual(
    [connected, problems],
    [[false, true], ['stream_lost test stream: closed by the exchange']],
  );
});

for (const ping of [true, false]) {
  test(`a silent connection ${ping ? 'that does not answer pings ' : ''}is given up`, async () => {
    connect({ silenceMsMax: 60, ping });
    await until('another client', () => clients.length === 2);
    assert.deepEqual(problems, ['stream_lost test stream: silent for 60 ms']);
  });
}

test('messages keep a connection, and so do answered pings', async () => {
  connect({ silenceMsMax: 60, ping: true });
  await until('a client', () => clients.length === 1);
  let pings = 0;
  clients[0]?.on('ping', () => {
    pings += 1;
    clients[0]?.pong();
  });
  await until('many pings', () => pings >= 10);
  assert.deepEqual([clients.length, problems], [1, []]);
});

test('attempts that fail are repeated with growing pauses', async () => {
  const attempts: number[] = [];
  connect({
    url: async () => {
      attempts.push(performance.now());
      return { kind: 'failed', cause: 'no key' };
    },
  });
  await until('three attempts', () => attempts.length === 3);
  const [first = 0, second = 0, third = 0] = attempts;
  assert.ok(third - second > (second - first) * 1.5, `${second - first} then ${third - second} ms`);
  assert.match(problems[0] ?? '', /no key/);
});

test('a message that is too large ends the connection, not the process', async () => {
  connect();
  await until('a client', () => clients.length === 1);
  clients[0]?.send('x'.repeat((1 << 20) + 1));
  await until('a problem', () => problems.length === 1);
  assert.deepEqual(
    [messages, problems],
    [[], ['stream_lost test stream: WS_ERR_UNSUPPORTED_MESSAGE_LENGTH']],
  );
});

test('close ends a connection and ends a pause', async () => {
  const socket = connect();
  await until('a client', () => connected.length === 1);
  await socket.close();
  const failing = connect({ url: async () => ({ kind: 'failed', cause: 'no' }) });
  await until('a problem', () => problems.length === 1);
  const start = performance.now();
  await failing.close();
  assert.ok(performance.now() - start < 100);
});

test('a connection is replaced without a gap: the next is open before the old one is closed', async () => {
  const socket = connect();
  await until('a client', () => clients.length === 1);
  await socket.renew();
  assert.equal(clients.length, 2);
  for (const [at, client] of clients.entries()) client.send(`from ${at}`);
  await until('both are heard', () => messages.length === 2);
  assert.deepEqual([connected, problems], [[false], []]);
  assert.deepEqual(
    heard.filter((event) => event !== 'user heard'),
    ['user connected', 'user reconnected'],
  );
  clients[0]?.close();
  await until('the old one ends', () => server.clients.size === 1);
  assert.equal(socket.send('to the new one') !== undefined, true);
  clients[1]?.close();
  await until('another, which tells of a gap', () => connected.length === 2);
});

test('a connection that cannot be replaced goes on', async () => {
  let urls = 0;
  const socket = connect({
    url: async () => {
      urls += 1;
      return urls === 1
        ? { kind: 'answer', value: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
        : { kind: 'failed', cause: 'no key' };
    },
  });
  await until('a client', () => clients.length === 1);
  await socket.renew();
  clients[0]?.send('still here');
  await until('a message', () => messages.length === 1);
  assert.deepEqual(problems, ['stream_lost test stream, its next: no key']);
  assert.deepEqual(connected, [false]);
});

test('a connection is replaced before the exchange closes it for its age', async (context) => {
  const { setTimeout } = globalThis;
  let growOld: (() => void) | undefined;
  context.mock.method(globalThis, 'setTimeout', (callback: () => void, delayMs: number) => {
    if (delayMs === 23 * 60 * 60_000) growOld ??= callback;
    return setTimeout(callback, delayMs);
  });
  connect();
  await until('a client', () => clients.length === 1);
  await until('its timer', () => growOld !== undefined);
  growOld?.();
  await until('another', () => clients.length === 2 && heard.includes('user reconnected'));
  assert.deepEqual([connected, problems], [[false], []]);
});

test('closing does not wait for a connection that is being opened', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const accepted = once(silent, 'connection');
  const { port } = silent.address() as AddressInfo;
  const socket = connect({ url: async () => ({ kind: 'answer', value: `ws://127.0.0.1:${port}` }) });
  await accepted;
  const startedAt = performance.now();
  await socket.close();
  assert.ok(performance.now() - startedAt < 2_000);
  silent.close();
});

test('nothing is sent unless it is connected', async () => {
  const socket = connect({ url: async () => ({ kind: 'failed', cause: 'no key' }) });
  assert.equal(socket.send('too early'), undefined);
});
