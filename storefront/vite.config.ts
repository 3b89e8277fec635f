import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { withRuntimeOrigin } from './runtime-origin.ts';

const out = 'build';

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: withRuntimeOrigin(adapter({ out }), out),
      compilerOptions: { runes: true },
      // Sources that depend on settings (Stripe, its local stand-in) are added per request: src/lib/server/security-headers.ts.
      csp: {
        mode: 'auto',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          'style-src': ['self'],
          // Allows only the style attribute with which SvelteKit hides its page announcements for screen readers.
          'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
          // Merchants may give a product the address of any image.
          'img-src': ['self', 'data:', 'https:', 'http:'],
          'font-src': ['self'],
          'connect-src': ['self'],
          'form-action': ['self'],
          'frame-src': ['none'],
          'frame-ancestors': ['none'],
          'base-uri': ['self'],
          'object-src': ['none'],
        },
      },
    }),
  ],
  // The API's contracts are outside this folder; only `vite dev` needs this.
  server: { fs: { allow: ['..'] } },
});
