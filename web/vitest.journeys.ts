import { defineConfig } from 'vitest/config'

// Browser journeys: one browser at a time, because software rendering fills both cores.
export default defineConfig({
  test: {
    include: ['journeys/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
