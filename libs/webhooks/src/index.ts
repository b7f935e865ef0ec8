export { Delivery, type DeliveryOptions } from './delivery.js';
export { Poster, type PostResult } from './poster.js';
export { SealedSecrets } from './sealed-secrets.js';
export { parseTargetUrl, type TargetPolicy } from './target-url.js';
export { WebhooksModule } from './webhooks.module.js';
