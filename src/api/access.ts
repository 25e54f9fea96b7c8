/**
 * Who may do what over HTTP. Tokens have scopes and are known by their hashes; without any, only this machine is served.
 * Every route says the scope that it needs, or the server does not start.
 */

import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problems.ts';

export const scopes = ['signal', 'read', 'operate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** What a scope allows besides itself. */
const includes: Readonly<Record<Scope, readonly Scope[]>> = {
  signal: [],
  read: [],
  operate: ['read'],
  admin: ['signal', 'read', 'operate'],
};

export interface KnownToken {
  /** Who holds it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Of the token, in hexadecimal. A token is random and long: its plain hash tells nothing. */
  readonly sha256: string;
}

/** Where no tokens are configured: whoever asks from this machine. */
const ANYONE_HERE: KnownToken = { name: 'loopback', scopes: ['admin'], sha256: '' };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, on routes that need a scope. */
    caller?: KnownToken;
  }
  interface FastifyContextConfig {
    /** public: probes, documentation, and what proves itself by a signature. */
    scope?: Scope | 'public';
  }
}

export const sha256Of = (token: string): string => hash('sha256', token, 'hex');

/** Routes registered from here on need a scope. Those before are public: the pages of the documentation. */
export function guardRoutes(server: FastifyInstance, tokens: readonly KnownToken[]): void {
  const known = new Map(tokens.map((token) => [token.sha256, token]));
  server.addHook('onRoute', ({ url, config }) => {
    if (config?.scope === undefined) throw new Error(`the route ${url} does not say who may use it`);
  });
  server.addHook('onRequest', async (request, reply) => {
    // A page in a browser may have had a name rebound to this machine; it cannot have had a token.
    if (known.size === 0 && !isLoopback(request.hostname)) throw new ProblemError('wrong_host');
    const { scope = 'public' } = request.routeOptions.config;
    if (scope === 'public') return;
    const caller = known.size === 0 ? ANYONE_HERE : known.get(sha256Of(bearerOf(request)));
    if (caller === undefined) {
      void reply.header('www-authenticate', 'Bearer');
      throw new ProblemError('unauthenticated');
    }
    if (!allows(caller, scope)) {
      throw new ProblemError('forbidden', `The token ${caller.name} has not the scope ${scope}.`);
    }
    request.caller = caller;
  });
}

const allows = (token: KnownToken, scope: Scope): boolean =>
  token.scopes.some((held) => held === scope || includes[held].includes(scope));

const bearerOf = ({ headers }: FastifyRequest): string =>
  /^Bearer ([\x21-\x7e]{1,256})$/i.exec(headers.authorization ?? '')?.[1] ?? '';

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
