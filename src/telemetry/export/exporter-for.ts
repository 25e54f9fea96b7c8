/** The exporter for the protocol of an endpoint. */

import type { SignalKind } from '../signals.ts';
import type { EndpointSettings } from './endpoint.ts';
import type { Exporter } from './exporter.ts';
import { GrpcExporter } from './grpc.ts';
import { HttpExporter } from './http.ts';

export const exporterFor = (signal: SignalKind, settings: EndpointSettings, nowMs: () => number): Exporter =>
  settings.protocol === 'grpc'
    ? new GrpcExporter(signal, settings, nowMs)
    : new HttpExporter(settings, nowMs);
