import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Built by `scripts/build-dashboard.mjs`. `npx vite packages/dashboard` serves it with a server on port 8080 behind it. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../../dist/dashboard',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    // Styles of a part that were not there once would not be asked for again with the part.
    cssCodeSplit: false,
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
});
