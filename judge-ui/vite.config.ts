import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The built files are committed and compiled into the server, so their names stay the same from
// build to build: the server tells browsers by a tag when one has changed.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // The Content-Security-Policy allows no data: address, so nothing may be inlined as one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // The server's page, and the two of a study.
      input: ['index.html', 'study.html', 'researcher.html'],
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
        // What more than one of them needs is one file: which ones that is does not decide its name.
        codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
      },
    },
  },
  server: { proxy: { '/socket': { target: 'ws://127.0.0.1:8080', ws: true }, '/api': 'http://127.0.0.1:8080' } },
});
