const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
    module: { type: 'es6' },
  },
];

/** What every project shares: ESM, and `#name` imports that lead to the sources. */
export const common = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its ES modules import JSON in a way that jest complains of, page after page.
    '^libphonenumber-js/max$': '<rootDir>/node_modules/libphonenumber-js/max/index.cjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.crossline'],
  // Fastify's inject() require()s the ESM-only `cookie`, which jest allows only from Node 24.9 on.
  transformIgnorePatterns: ['/node_modules/(?!cookie/)'],
  transform: { '^.+\\.ts$': swc, '/node_modules/cookie/.*\\.js$': swc },
};

export const servers = { globalSetup: './scripts/test-setup.mjs', globalTeardown: './scripts/test-teardown.mjs' };

export default {
  maxWorkers: 2,
  coverageProvider: 'v8',
  testTimeout: 30_000,
  projects: [
    { ...common, displayName: 'pure', testMatch: ['**/*.spec.ts'] },
    { ...common, ...servers, displayName: 'db', testMatch: ['**/*.db-spec.ts'] },
  ],
};
