import { Foundation1763900000000 } from './1763900000000-foundation.js';
import { Organisations1763900100000 } from './1763900100000-organisations.js';
import { Audiences1763900200000 } from './1763900200000-audiences.js';
import { Feed1763900300000 } from './1763900300000-feed.js';
import { Reports1763900400000 } from './1763900400000-reports.js';
import { Cases1763900500000 } from './1763900500000-cases.js';
import { AccessChanges1763900600000 } from './1763900600000-access-changes.js';
import { Webhooks1763900700000 } from './1763900700000-webhooks.js';

/** Every migration, oldest first. Listed by hand: a deleted source leaves its old output in dist. */
export const migrations = [
  Foundation1763900000000,
  Organisations1763900100000,
  Audiences1763900200000,
  Feed1763900300000,
  Reports1763900400000,
  Cases1763900500000,
  AccessChanges1763900600000,
  Webhooks1763900700000,
];
