/** A minimal Koa server as a baseline: one handler, one constant body, in a separate process. */
import type { AddressInfo } from 'node:net';
import Koa from 'koa';

process.once('message', (body) => {
  const app = new Koa();
  app.use((ctx) => {
    ctx.type = 'application/json';
    ctx.body = body;
  });
  const server = app.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
});
