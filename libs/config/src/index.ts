export { readConfig, variableNames, type Config } from './config.js';
export { loadSecret, Secret, type KeyPurpose } from './secret.js';
