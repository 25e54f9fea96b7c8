/**
 * Who speaks: the attributes that all telemetry of a process carries, and where each has its value from.
 * https://opentelemetry.io/docs/specs/semconv/resource/
 */

import { hostname } from 'node:os';
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_K8S_CONTAINER_NAME,
  ATTR_K8S_DEPLOYMENT_NAME,
  ATTR_K8S_NAMESPACE_NAME,
  ATTR_K8S_NODE_NAME,
  ATTR_K8S_POD_NAME,
  ATTR_K8S_POD_UID,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions';
// Loading what is not stable there would cost each thread megabytes: the types suffice to hold the names to it.
import type {
  ATTR_HOST_NAME,
  ATTR_OS_TYPE,
  ATTR_PROCESS_PID,
  ATTR_PROCESS_RUNTIME_NAME,
  ATTR_PROCESS_RUNTIME_VERSION,
} from '@opentelemetry/semantic-conventions/incubating';
import { type Environment, pairsOf, variable } from './variables.ts';

export type Resource = Readonly<Record<string, string | number>>;

export interface Program {
  readonly version: string;
  /** Names this process among others that run the same program; the same after a restart. */
  readonly instanceId: string;
}

interface Fallback {
  readonly meaning: string;
  readonly of: (program: Program, env: Environment) => string | number;
}

interface ResourceAttribute {
  /** The variable that sets it. */
  readonly variable?: string;
  /** What it is where no variable sets it; without this it is absent then. */
  readonly fallback?: Fallback;
}

const fixed = (value: string): Fallback => ({ meaning: `\`${value}\``, of: () => value });

/** By the standard's names, which differ from Node's for these two. */
const osTypes: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

export const resourceAttributes: Readonly<Record<string, ResourceAttribute>> = {
  [ATTR_SERVICE_NAME]: { variable: 'OTEL_SERVICE_NAME', fallback: fixed('petrosa-tradeengine') },
  [ATTR_SERVICE_VERSION]: { fallback: { meaning: 'the version of the program', of: (own) => own.version } },
  [ATTR_SERVICE_INSTANCE_ID]: {
    variable: 'K8S_POD_NAME',
    fallback: { meaning: 'the host and the port of the API', of: (own) => own.instanceId },
  },
  [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: {
    variable: 'DEPLOYMENT_ENVIRONMENT',
    fallback: {
      meaning: 'the trading mode',
      of: (_own, env) => variable(env, 'TRADING_MODE').value ?? 'paper',
    },
  },
  [ATTR_K8S_NAMESPACE_NAME]: { variable: 'K8S_NAMESPACE_NAME' },
  [ATTR_K8S_DEPLOYMENT_NAME]: { variable: 'K8S_DEPLOYMENT_NAME' },
  [ATTR_K8S_POD_NAME]: { variable: 'K8S_POD_NAME' },
  [ATTR_K8S_POD_UID]: { variable: 'K8S_POD_UID' },
  [ATTR_K8S_CONTAINER_NAME]: { variable: 'K8S_CONTAINER_NAME' },
  [ATTR_K8S_NODE_NAME]: { variable: 'K8S_NODE_NAME' },
  ['host.name' satisfies typeof ATTR_HOST_NAME]: {
    fallback: { meaning: "the host's name; of a pod, its own", of: hostname },
  },
  ['os.type' satisfies typeof ATTR_OS_TYPE]: {
    fallback: { meaning: 'such as `linux`', of: () => osTypes[process.platform] ?? process.platform },
  },
  ['process.pid' satisfies typeof ATTR_PROCESS_PID]: {
    fallback: { meaning: 'the number of the process', of: () => process.pid },
  },
  ['process.runtime.name' satisfies typeof ATTR_PROCESS_RUNTIME_NAME]: { fallback: fixed('nodejs') },
  ['process.runtime.version' satisfies typeof ATTR_PROCESS_RUNTIME_VERSION]: {
    fallback: { meaning: 'the version of Node', of: () => process.versions.node },
  },
};

/** What the standard allows for values of OTEL_RESOURCE_ATTRIBUTES. */
export const RESOURCE_VALUE_LENGTH_MAX = 255;

/** The operator's own words win: OTEL_RESOURCE_ATTRIBUTES over all of the above, and OTEL_SERVICE_NAME over that. */
export function resourceOf(env: Environment, program: Program): Resource {
  const ours = Object.entries(resourceAttributes).map(([name, { variable: from, fallback }]) => {
    const set = from === undefined ? undefined : variable(env, from).value;
    return [name, set ?? fallback?.of(program, env)] as const;
  });
  const theirs = Object.entries(pairsOf(variable(env, 'OTEL_RESOURCE_ATTRIBUTES')));
  const named = [ATTR_SERVICE_NAME, variable(env, 'OTEL_SERVICE_NAME').value] as const;
  const resource: Record<string, string | number> = {};
  for (const [name, value] of [...ours, ...theirs, named]) {
    if (value === undefined) continue;
    resource[name] = typeof value === 'string' ? value.slice(0, RESOURCE_VALUE_LENGTH_MAX) : value;
  }
  return resource;
}
