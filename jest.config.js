export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  // Node strips the types itself and got is ESM only: nothing else needs a transform.
  transformIgnorePatterns: ['/node_modules/'],
  // They need a cloud: test/e2e/run.ts asks for them by name.
  testPathIgnorePatterns:
    process.env.SWITCHOVER_LAB_SCENARIOS === undefined ? ['/node_modules/', '/test/e2e/'] : ['/node_modules/'],
  // With prettier, inline snapshots would reformat the whole file.
  prettierPath: null,
  // Machines are shared and noisy: a limit is there to end what hangs, not to judge what is slow.
  testTimeout: 120_000
}
