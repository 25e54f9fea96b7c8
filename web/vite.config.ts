/** Builds the page into web/dist, which the observatory serves; `vite web` develops it against a running one. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Vite reads its configuration from the default export.
export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:8001', '/health': 'http://127.0.0.1:8001' } },
});
