import { parseEventFilter, type EventFilter, type EventFilterInput } from '#feed';
import { Rejected } from '#kernel';
import { parseTargetUrl, type TargetPolicy } from './target-url.js';

/** What an owner says of an endpoint. */
export interface EndpointDraft {
  readonly url: string;
  readonly description?: string | null | undefined;
  readonly filter?: EventFilterInput | null | undefined;
}

/** A checked endpoint. */
export interface EndpointSettings {
  readonly url: string;
  readonly description: string;
  readonly filter: EventFilter;
}

const LONGEST_DESCRIPTION = 500;
const CONTROL = /[\p{Cc}\p{Surrogate}]/u;

export function parseEndpointUrl(url: string, policy: TargetPolicy): string | Rejected {
  const target = parseTargetUrl(url, policy);
  return target.ok ? target.url : Rejected.because('url', target.rule, target.message);
}

export function parseDescription(text: string | null | undefined): string | Rejected {
  const description = (text ?? '').trim();
  if (description.length > LONGEST_DESCRIPTION) {
    return Rejected.because('description', 'text.too-long', `At most ${LONGEST_DESCRIPTION} characters.`);
  }
  if (CONTROL.test(description)) {
    return Rejected.because('description', 'text.malformed', 'The text contains control characters or broken Unicode.');
  }
  return description;
}

/** Checks all of it; the first thing wrong is what the owner hears of. */
export function parseEndpoint(draft: EndpointDraft, policy: TargetPolicy): EndpointSettings | Rejected {
  const url = parseEndpointUrl(draft.url, policy);
  if (url instanceof Rejected) return url;
  const description = parseDescription(draft.description);
  if (description instanceof Rejected) return description;
  const filter = parseEventFilter(draft.filter);
  if (filter instanceof Rejected) return filter;
  return { url, description, filter };
}
