/** Whether the ports that are to be listened on are free, told before anything is started. */

import { createServer } from 'node:net';
import type { Config } from './config.ts';

export interface NamedPort {
  readonly variable: string;
  readonly port: number;
}

const HOST = '127.0.0.1';

/** The ports of the whole system on one machine. */
export const portsOf = ({ values, settings }: Config): NamedPort[] =>
  (
    [
      'TRADEENGINE_PORT',
      ...(settings.mode === 'paper' ? (['SIMEX_PORT'] as const) : []),
      'OBSERVATORY_PORT',
      'OTLP_GRPC_PORT',
      'OTLP_HTTP_PORT',
      'PYROSCOPE_PORT',
    ] as const
  ).map((variable) => ({ variable, port: values[variable] }));

/** One sentence for each port that cannot be had. */
export async function portProblems(ports: readonly NamedPort[]): Promise<string[]> {
  const problems: string[] = [];
  const wanted = new Map<number, string>();
  for (const { variable, port } of ports) {
    const other = wanted.get(port);
    if (other !== undefined) {
      problems.push(`Port ${port} is wanted twice: by ${other} and by ${variable}.`);
      continue;
    }
    wanted.set(port, variable);
    const cause = await causeOf(port);
    if (cause !== undefined) {
      problems.push(`Port ${port} ${cause}. Free it, or set ${variable} to another port.`);
    }
  }
  return problems;
}

function causeOf(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRINUSE' ? 'is taken' : `cannot be opened (${error.code})`),
    );
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
