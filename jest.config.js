export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  // Node strips the types itself and got is ESM only: nothing else needs a transform.
  transformIgnorePatterns: ['/node_modules/'],
  // They need a cloud, or database servers: test/e2e/run.ts and test/databases/run.ts ask for them by name.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(process.env.SWITCHOVER_LAB_SCENARIOS === undefined ? ['/test/e2e/'] : []),
    ...(process.env.SWITCHOVER_DATABASES === undefined ? ['/test/databases/'] : [])
  ],
  // With prettier, inline snapshots would reformat the whole file.
  prettierPath: null,
  // Machines are shared and noisy: a limit is there to end what hangs, not to judge what is slow.
  testTimeout: 120_000
}
