/** Where the processes of one machine find each other. */

import type { Config } from './config.ts';

export const HOST = '127.0.0.1';

export interface Addresses {
  readonly engine: string;
  readonly exchange: string;
  readonly exchangeStreams: string;
  readonly observatory: string;
  readonly telemetryGrpc: string;
  readonly telemetryHttp: string;
  readonly profiles: string;
}

export const addresses = ({ values }: Pick<Config, 'values'>): Addresses => ({
  engine: `http://${HOST}:${values.TRADEENGINE_PORT}`,
  exchange: `http://${HOST}:${values.SIMEX_PORT}`,
  exchangeStreams: `ws://${HOST}:${values.SIMEX_PORT}`,
  observatory: `http://${HOST}:${values.OBSERVATORY_PORT}`,
  telemetryGrpc: `http://${HOST}:${values.OTLP_GRPC_PORT}`,
  telemetryHttp: `http://${HOST}:${values.OTLP_HTTP_PORT}`,
  profiles: `http://${HOST}:${values.PYROSCOPE_PORT}`,
});
