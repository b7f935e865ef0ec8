import { common, servers } from './jest.config.mjs';

/** Fault runs and long properties. */
export default {
  maxWorkers: 1,
  testTimeout: 600_000,
  projects: [{ ...common, ...servers, displayName: 'long', testMatch: ['**/*.long-spec.ts'] }],
};
