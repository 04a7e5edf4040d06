import { resolve } from 'node:path'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  // What the machine sets in its environment or keeps in .env files has no place in a published page.
  envDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: resolve(import.meta.dirname, '../../../dist/admin/page'),
    emptyOutDir: true,
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // The content security policy allows no inline script, and no picture that is not a file or small data.
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // What is bundled is published, and its licences ask to go along.
    license: { fileName: 'licenses.md' },
  },
})
