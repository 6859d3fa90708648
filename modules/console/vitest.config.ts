import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [
    {
      name: 'graphql-as-text',
      enforce: 'pre',
      transform: (text, id) => (id.endsWith('.graphql') ? `export default ${JSON.stringify(text)};` : undefined),
    },
  ],
  test: {
    include: ['src/test/web/**/*.test.{ts,tsx}'],
    // A test of components begins with: // @vitest-environment happy-dom
    environment: 'node',
  },
});
