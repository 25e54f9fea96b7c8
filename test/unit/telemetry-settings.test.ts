/** The OTEL_* variables: standard meaning, and a named problem for each value that cannot be used. */

import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { exporterFor } from '#telemetry/export/exporter-for.ts';
import { readTelemetrySettings } from '#telemetry/settings.ts';
import type { Environment } from '#telemetry/variables.ts';

const about = { version: '1.2.3', instanceId: 'pod-1' };

function on(env: Environment) {
  const read = readTelemetrySettings(env, about);
  if (read.kind !== 'on') assert.fail(JSON.stringify(read));
  return read.settings;
}

function problems(env: Environment): readonly string[] {
  const read = readTelemetrySettings(env, about);
  return read.kind === 'wrong' ? read.problems : [];
}

test('without any variable it goes to the local collector in plain text', () => {
  const { endpoints, resource, metricIntervalMs } = on({});
  assert.deepEqual(endpoints.traces, {
    protocol: 'grpc',
    url: 'http://localhost:4317',
    tls: undefined,
    headers: {},
    gzip: false,
    timeoutMs: 10_000,
  });
  assert.equal(resource['service.name'], 'petrosa-tradeengine');
  assert.equal(metricIntervalMs, 10_000);
});

test('the scheme decides about TLS, and without one the INSECURE variable does', () => {
  const tlsOf = (env: Environment) => {
    const { url, tls } = on(env).endpoints.logs ?? assert.fail();
    return [url, tls !== undefined];
  };
  const endpoint = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  assert.deepEqual(tlsOf({ [endpoint]: 'http://alloy:4317' }), ['http://alloy:4317', false]);
  assert.deepEqual(tlsOf({ [endpoint]: 'https://alloy:4317' }), ['https://alloy:4317', true]);
  assert.deepEqual(tlsOf({ [endpoint]: 'https://alloy' }), ['https://alloy', true]);
  assert.deepEqual(tlsOf({ [endpoint]: 'alloy.svc:4317' }), ['https://alloy.svc:4317', true]);
  assert.deepEqual(tlsOf({ [endpoint]: 'alloy.svc:4317', OTEL_EXPORTER_OTLP_INSECURE: 'TRUE' }), [
    'http://alloy.svc:4317',
    false,
  ]);
});

test('over HTTP the common endpoint is a base, and the endpoint of a signal is used as it is', () => {
  const urls = (env: Environment) => {
    const { endpoints } = on({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', ...env });
    return [endpoints.traces?.url, endpoints.metrics?.url, endpoints.logs?.url];
  };
  assert.deepEqual(urls({}), [
    'http://localhost:4318/v1/traces',
    'http://localhost:4318/v1/metrics',
    'http://localhost:4318/v1/logs',
  ]);
  assert.deepEqual(
    urls({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://cloud/otlp/',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://metrics:9090/api/v1/otlp/v1/metrics?tenant=a',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://logs:4318',
    }),
    [
      'https://cloud/otlp/v1/traces',
      'http://metrics:9090/api/v1/otlp/v1/metrics?tenant=a',
      'http://logs:4318/',
    ],
  );
});

test('a signal may have a protocol of its own', () => {
  const { endpoints } = on({ OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf' });
  assert.deepEqual([endpoints.traces?.protocol, endpoints.traces?.url], ['grpc', 'http://localhost:4317']);
  assert.deepEqual(
    [endpoints.logs?.protocol, endpoints.logs?.url],
    ['http/protobuf', 'http://localhost:4318/v1/logs'],
  );
});

test('a default endpoint is that of the protocol of each signal, and a blank variable does not hide it', () => {
  const env = {
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ' http/protobuf ',
    OTEL_EXPORTER_OTLP_ENDPOINT: ' ',
  };
  const defaultEndpoints = { grpc: 'http://127.0.0.1:1', 'http/protobuf': 'http://127.0.0.1:2' };
  const read = readTelemetrySettings(env, { ...about, defaultEndpoints });
  assert.ok(read.kind === 'on');
  const { traces, logs } = read.settings.endpoints;
  assert.deepEqual([traces?.url, logs?.url], ['http://127.0.0.1:2/v1/traces', 'http://127.0.0.1:1']);
});

test('over HTTP an endpoint needs its scheme', () => {
  const env = {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'alloy:4318',
  };
  assert.match(problems(env)[0] ?? '', /not an http or https address: alloy:4318/);
});

test('a variable of one signal wins over the one for all', () => {
  const { endpoints } = on({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://all:4317',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://logs:4317',
    OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2',
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'b=3',
    OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
    OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '7000',
    OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'gzip',
  });
  assert.equal(endpoints.traces?.url, 'http://all:4317');
  assert.equal(endpoints.logs?.url, 'http://logs:4317');
  assert.deepEqual(endpoints.logs?.headers, { a: '1', b: '3' });
  assert.deepEqual([endpoints.traces?.timeoutMs, endpoints.logs?.timeoutMs], [5_000, 7_000]);
  assert.deepEqual([endpoints.traces?.gzip, endpoints.logs?.gzip], [false, true]);
});

test('the service name variable wins over the resource attributes', () => {
  const resource = on({
    OTEL_SERVICE_NAME: 'mine',
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,k8s.pod.name=p%2D1',
  }).resource;
  assert.equal(resource['service.name'], 'mine');
  assert.equal(resource['k8s.pod.name'], 'p-1');
  assert.equal(resource['service.version'], '1.2.3');
});

test('the resource says which program speaks, where it runs and for what', () => {
  const resource = on({}).resource;
  assert.deepEqual(resource, {
    'service.name': 'petrosa-tradeengine',
    'service.version': '1.2.3',
    'service.instance.id': 'pod-1',
    'deployment.environment.name': 'paper',
    'host.name': hostname(),
    'os.type': resource['os.type'],
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.version.slice(1),
  });
  assert.match(String(resource['os.type']), /^[a-z]+$/);
  assert.equal(on({ TRADING_MODE: 'live' }).resource['deployment.environment.name'], 'live');
});

test('what a manifest fills in is in the resource, and blank is not', () => {
  const { resource } = on({
    DEPLOYMENT_ENVIRONMENT: 'staging',
    K8S_NAMESPACE_NAME: 'petrosa-apps',
    K8S_DEPLOYMENT_NAME: 'petrosa-tradeengine',
    K8S_POD_NAME: 'petrosa-tradeengine-0',
    K8S_POD_UID: 'c0ffee',
    K8S_CONTAINER_NAME: ' ',
    K8S_NODE_NAME: 'node-1',
  });
  assert.equal(
    resource['service.instance.id'],
    'petrosa-tradeengine-0',
    'a pod keeps its name when it restarts',
  );
  const told = Object.entries(resource).filter(([name]) => /^(?:k8s|deployment)\./.test(name));
  assert.deepEqual(Object.fromEntries(told), {
    'deployment.environment.name': 'staging',
    'k8s.namespace.name': 'petrosa-apps',
    'k8s.deployment.name': 'petrosa-tradeengine',
    'k8s.pod.name': 'petrosa-tradeengine-0',
    'k8s.pod.uid': 'c0ffee',
    'k8s.node.name': 'node-1',
  });
});

test('the resource attributes variable wins over all that the engine knows by itself, and adds', () => {
  const { resource } = on({
    K8S_POD_NAME: 'a',
    K8S_NODE_NAME: 'b',
    DEPLOYMENT_ENVIRONMENT: 'c',
    OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=A,deployment.environment.name=C,host.name=D,team=E',
  });
  assert.equal(resource['k8s.pod.name'], 'A');
  assert.equal(resource['k8s.node.name'], 'b');
  assert.equal(resource['deployment.environment.name'], 'C');
  assert.equal(resource['host.name'], 'D');
  assert.equal(resource['team'], 'E');
});

test('no value of the resource is longer than 255 characters, wherever it comes from', () => {
  const long = 'x'.repeat(1_000);
  const { resource } = on({
    K8S_POD_NAME: long,
    OTEL_RESOURCE_ATTRIBUTES: `team=${long}`,
    OTEL_SERVICE_NAME: long,
  });
  for (const name of ['k8s.pod.name', 'team', 'service.name']) {
    assert.equal(resource[name], long.slice(0, 255), name);
  }
});

test('it is off when the SDK is disabled or no signal is exported', () => {
  assert.equal(readTelemetrySettings({ OTEL_SDK_DISABLED: 'true' }, about).kind, 'off');
  const none = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
  assert.equal(readTelemetrySettings(none, about).kind, 'off');
  assert.equal(on({ OTEL_LOGS_EXPORTER: 'none' }).endpoints.logs, undefined);
});

for (const [name, value, words] of [
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', /PROTOCOL is http\/json: known are grpc and http\/protobuf/],
  ['OTEL_RESOURCE_ATTRIBUTES', 'service.name=x,y', /OTEL_RESOURCE_ATTRIBUTES: entry 2 is not name=value/],
  ['OTEL_RESOURCE_ATTRIBUTES', 'service.name=%zz', /OTEL_RESOURCE_ATTRIBUTES: entry 1 is not name=value/],
  ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'zstd', /OTEL_EXPORTER_OTLP_TRACES_COMPRESSION is zstd/],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '1e9', /OTEL_EXPORTER_OTLP_TIMEOUT is 1e9/],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://x', /not an http or https address: ftp:\/\/x/],
  ['OTEL_TRACES_EXPORTER', 'zipkin', /OTEL_TRACES_EXPORTER is zipkin/],
  ['OTEL_METRIC_EXPORT_INTERVAL', '-1', /OTEL_METRIC_EXPORT_INTERVAL is -1/],
  ['PYROSCOPE_SERVER_ADDRESS', 'alloy:4040', /not an http or https address: alloy:4040/],
  ['PYROSCOPE_PROFILING_ENABLED', 'maybe', /PYROSCOPE_PROFILING_ENABLED is maybe/],
  ['PYROSCOPE_FLUSH_INTERVAL_MS', '1', /PYROSCOPE_FLUSH_INTERVAL_MS is 1/],
  ['PYROSCOPE_BASIC_AUTH_USER', 'user', /PYROSCOPE_BASIC_AUTH_PASSWORD go together/],
] as const) {
  test(`${name}=${value} is named as a problem`, () => {
    assert.ok(
      problems({ [name]: value }).some((problem) => words.test(problem)),
      JSON.stringify(problems({ [name]: value })),
    );
  });
}

test('profiles go to the local Pyroscope every ten seconds unless told otherwise', () => {
  assert.deepEqual(on({}).profiles, {
    serverAddress: 'http://localhost:4040',
    authorization: undefined,
    intervalMs: 10_000,
  });
  const { profiles } = on({
    PYROSCOPE_SERVER_ADDRESS: 'https://profiles.example/prefix/',
    PYROSCOPE_BASIC_AUTH_USER: 'user',
    PYROSCOPE_BASIC_AUTH_PASSWORD: 'pass:word',
    PYROSCOPE_FLUSH_INTERVAL_MS: '5000',
  });
  assert.equal(profiles?.serverAddress, 'https://profiles.example/prefix');
  assert.equal(profiles?.authorization, `Basic ${btoa('user:pass:word')}`);
  assert.equal(profiles?.intervalMs, 5_000);
  assert.equal(on({ PYROSCOPE_PROFILING_ENABLED: 'false' }).profiles, undefined);
});

test('a missing certificate file is named', () => {
  const [problem] = problems({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://alloy:4317',
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem',
  });
  assert.match(problem ?? '', /OTEL_EXPORTER_OTLP_CERTIFICATE: ENOENT/);
});

test('a key without its certificate, and files that are none, are named', () => {
  const pem = (name: string): string => new URL(`../support/tls/${name}`, import.meta.url).pathname;
  const key = 'OTEL_EXPORTER_OTLP_CLIENT_KEY';
  const certificate = 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE';
  const common = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://alloy:4317' };
  for (const [env, words] of [
    [{ [key]: pem('client.key') }, /CLIENT_KEY and .*CLIENT_CERTIFICATE go together/],
    [{ [certificate]: pem('client.pem') }, /go together/],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: pem('client.key') }, /OTLP_CERTIFICATE: .* cannot be used for TLS/],
    [{ [key]: pem('ca.pem'), [certificate]: pem('client.pem') }, /CLIENT_KEY: .* cannot be used/],
    [{ [key]: pem('client.key'), [certificate]: pem('client.key') }, /CLIENT_CERTIFICATE: .* cannot be/],
    [{ [key]: pem('client.key'), [certificate]: pem('server.pem') }, /CLIENT_KEY: .* cannot be used/],
  ] as const) {
    assert.match(problems({ ...common, ...env })[0] ?? 'none', words);
  }
  assert.deepEqual(problems({ ...common, [key]: pem('client.key'), [certificate]: pem('client.pem') }), []);
});

test('an address that is shown keeps its query to itself', () => {
  const { logs } = on({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:4318/in?token=canary',
  }).endpoints;
  const exporter = exporterFor('logs', logs ?? assert.fail(), () => 0);
  assert.equal(exporter.endpoint, 'http://127.0.0.1:4318/in');
  exporter.close();
});

test('problems do not repeat a secret', () => {
  const found = [
    ...problems({ OTEL_EXPORTER_OTLP_HEADERS: 'bad header=canary' }),
    ...problems({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:canary@alloy' }),
    ...problems({ PYROSCOPE_SERVER_ADDRESS: 'https://user:canary@alloy' }),
    ...problems({ PYROSCOPE_BASIC_AUTH_PASSWORD: 'canary' }),
  ];
  assert.equal(found.length, 8);
  assert.doesNotMatch(found.join(), /canary/);
});
