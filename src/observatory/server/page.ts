/** The built page as static files. Every path of the page's own gives index.html, since its state is in the URL. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

const pagePaths = ['/', '/trace/:traceId'];
const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Observatory</title>
<p>The page is not built yet. Run <code>npm run prepare</code> and reload. The API works without it.</p></html>`;

export async function servePage(app: FastifyInstance, webRoot: string): Promise<void> {
  if (!existsSync(join(webRoot, 'index.html'))) {
    for (const path of pagePaths) app.get(path, (_, reply) => html(reply).send(notBuilt));
    return;
  }
  await app.register(fastifyStatic, {
    root: join(webRoot, 'assets'),
    prefix: '/assets/',
    // Their names hold a hash of their content.
    immutable: true,
    maxAge: '365d',
  });
  for (const path of pagePaths) {
    app.get(path, (_, reply) => html(reply).sendFile('index.html', webRoot, { cacheControl: false }));
  }
}

function html(reply: FastifyReply): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-cache')
    .header('content-security-policy', "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer');
}
