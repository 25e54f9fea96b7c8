/**
 * The observatory as a process: ports and directory from the environment, one line of JSON when it is ready, and a
 * clean end on SIGTERM and SIGINT.
 */
import { z } from 'zod';
import { startObservatory } from './observatory.ts';

const port = (byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'expected a port number')
    .transform(Number)
    .pipe(z.number().max(65_535))
    .default(byDefault);

const environment = z.object({
  OBSERVATORY_PORT: port(8001),
  OTLP_GRPC_PORT: port(4317),
  OTLP_HTTP_PORT: port(4318),
  PYROSCOPE_PORT: port(4040),
  OBSERVATORY_DATA_DIR: z.string().min(1).default('./data/observatory'),
});

const END_DEADLINE_MS = 3_000;

function say(entry: Record<string, unknown>): void {
  console.log(JSON.stringify(entry));
}

type Settings = z.infer<typeof environment>;

function readSettings(): Settings {
  const result = environment.safeParse(process.env);
  if (result.success) return result.data;
  throw new Error(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

/** A taken port is told with the variable that moves it. */
function describeFailure(error: unknown, settings: Settings): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!message.includes('EADDRINUSE')) return message;
  for (const name of ['OBSERVATORY_PORT', 'OTLP_GRPC_PORT', 'OTLP_HTTP_PORT', 'PYROSCOPE_PORT'] as const) {
    if (message.includes(`:${settings[name]}`))
      return `port ${settings[name]} is taken; choose another with ${name}`;
  }
  return message;
}

async function main(): Promise<void> {
  const settings = readSettings();
  const observatory = await startObservatory({
    dataDirectory: settings.OBSERVATORY_DATA_DIR,
    ports: {
      page: settings.OBSERVATORY_PORT,
      otlpGrpc: settings.OTLP_GRPC_PORT,
      otlpHttp: settings.OTLP_HTTP_PORT,
      profiles: settings.PYROSCOPE_PORT,
    },
    onFailure: (error) => say({ event: 'observatory.request_failed', error: String(error) }),
  }).catch((error: unknown) => {
    throw new Error(describeFailure(error, settings), { cause: error });
  });
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    // What is not written by then would be lost to a kill as well; acknowledged records are durable already.
    setTimeout(() => process.exit(1), END_DEADLINE_MS).unref();
    observatory.close().then(
      () => {
        say({ event: 'observatory.ended', signal });
        process.exit(0);
      },
      (error: unknown) => {
        say({ event: 'observatory.failed', error: String(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  say({
    event: 'observatory.ready',
    url: observatory.url,
    ports: observatory.ports,
    setAside: observatory.setAside ?? null,
  });
}

main().catch((error: unknown) => {
  say({ event: 'observatory.failed', error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
